"""`reward_tiers.csv`: rewards for a quarter's spend over a threshold, with validity dates."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from retention.project.seeds.rows import EMPTY, Line, Seed
from retention.project.strict_model import StrictModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Money = Annotated[Decimal, Field(ge=0, decimal_places=2, max_digits=12)]


class RewardTier(StrictModel):
    """One reward; a quarter is graded by the tiers that are valid on its last day.

    Attributes:
        currency: ISO 4217; its tiers grade spend in the same currency only.
        threshold: exclusive; spend must be over it.
        amount: value of the reward.
        valid_from: first valid local date.
        valid_to: last valid local date; empty for no end.
    """

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    threshold: Money
    amount: Annotated[Money, Field(gt=0)]
    valid_from: date
    valid_to: Annotated[date | None, EMPTY]

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            message = f"valid_to: {self.valid_to} is before valid_from; swap them?"
            raise ValueError(message)
        return self

    @property
    def last_day(self) -> date:
        """The last valid date; `date.max` for no end."""
        return self.valid_to or date.max


SEED = Seed("reward_tiers", RewardTier, key=("currency", "threshold", "valid_from"))


def faults_between(lines: Iterable[Line[RewardTier]]) -> Iterator[str]:
    """Yield contradictions between rows.

    A threshold has at most one valid row per day and no gaps between its rows. Of two tiers valid
    on the same day, the higher threshold has the higher amount.
    """
    by_currency = defaultdict(list)
    for line in lines:
        by_currency[line.row.currency].append(line)
    for tiers in by_currency.values():
        yield from _unsteady(tiers)
        yield from _worth_too_little(tiers)


def _unsteady(tiers: list[Line[RewardTier]]) -> Iterator[str]:
    in_turn = sorted(tiers, key=lambda line: (line.row.threshold, line.row.valid_from))
    for earlier, later in pairwise(in_turn):
        if earlier.row.threshold != later.row.threshold:
            continue
        if later.row.valid_from <= earlier.row.last_day:
            yield SEED.fault(
                later,
                f"valid_from: over {later.row.threshold} line {earlier.number} is still valid"
                " then; end that one before",
            )
        elif later.row.valid_from > earlier.row.last_day + timedelta(days=1):
            yield SEED.fault(
                later,
                f"valid_from: nothing is valid over {later.row.threshold} from the day after"
                f" line {earlier.number} ends, {earlier.row.valid_to}; close the gap",
            )


def _worth_too_little(tiers: list[Line[RewardTier]]) -> Iterator[str]:
    by_threshold = sorted(tiers, key=lambda line: line.row.threshold)
    for place, higher in enumerate(by_threshold):
        for lower in by_threshold[:place]:
            if _meet(lower.row, higher.row) and lower.row.amount >= higher.row.amount:
                yield SEED.fault(
                    higher,
                    f"amount: {higher.row.amount} is not more than the {lower.row.amount} of the"
                    f" lower threshold on line {lower.number}",
                )


def _meet(one: RewardTier, other: RewardTier) -> bool:
    """Return whether two tiers of different thresholds are valid on the same day."""
    return (
        one.threshold != other.threshold
        and one.valid_from <= other.last_day
        and other.valid_from <= one.last_day
    )
