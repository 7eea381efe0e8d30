"""`loyalty_tiers.csv`: twelve-month minima for each tier of the loyalty programme."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from retention.project.seeds.rows import Line, Seed, Text
from retention.project.strict_model import StrictModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Spend = Annotated[Decimal, Field(ge=0, decimal_places=2, max_digits=12)]


class LoyaltyTier(StrictModel):
    """One tier; both minima are inclusive.

    Attributes:
        tier: its name, as customers know it.
        minimum_spend: spend in twelve months, in the shop's currency.
        minimum_orders: orders in twelve months.
    """

    tier: Text
    minimum_spend: Spend
    minimum_orders: Annotated[int, Field(ge=0)]


SEED = Seed("loyalty_tiers", LoyaltyTier, key=("tier",))


def faults_between(lines: Iterable[Line[LoyaltyTier]]) -> Iterator[str]:
    """Yield contradictions between rows.

    Each tier needs more spend than the previous one, and at least as many orders. Otherwise a
    customer could be above a tier without having reached it.
    """
    for lower, higher in pairwise(lines):
        if higher.row.minimum_spend <= lower.row.minimum_spend:
            yield SEED.fault(
                higher,
                f"minimum_spend: {higher.row.minimum_spend} is not more than that of line"
                f" {lower.number}; list the tiers from the lowest to the highest",
            )
        if higher.row.minimum_orders < lower.row.minimum_orders:
            yield SEED.fault(
                higher,
                f"minimum_orders: {higher.row.minimum_orders} is fewer than on line"
                f" {lower.number}; a higher tier needs at least as many",
            )
