"""Stories of new customers who should be welcomed, and of customers who only look new."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sample_shops.simulation.records import Cast

BOUGHT = ("BOOKS", "SHAMPOO")


def _truth(cast: Cast, order: str, why: str, *, is_planted: bool) -> None:
    # A random purchase before the story would make the customer no newcomer.
    cast.records.silent.add(cast.number)
    cast.records.truth(
        "newcomers",
        is_planted=is_planted,
        why=why,
        customer_id=cast.person.customer_id,
        order_id=order,
    )


def newcomer(cast: Cast) -> None:
    """First order within the last three days; every fourth time, part of it came back."""
    days_ago = 1 + cast.round % 3
    order = cast.records.order(cast.person, days_ago, BOUGHT)
    if cast.round % 4 == 3:  # noqa: PLR2004
        cast.records.send_back(order, days_ago - 1)
    _truth(cast, order, "the first order, in the last three days", is_planted=True)


def _too_long_ago(cast: Cast) -> None:
    order = cast.records.order(cast.person, 4, BOUGHT)
    _truth(cast, order, "the first order is four days old", is_planted=False)


def _a_gift(cast: Cast) -> None:
    # Packed after the night has begun, so only the mark shows that it is a gift.
    order = cast.records.order(cast.person, 1, BOUGHT, hour=20, is_gift=True)
    _truth(cast, order, "the first order is marked as a gift", is_planted=False)


def _cancelled(cast: Cast) -> None:
    order = cast.records.order(cast.person, 1, BOUGHT, status="cancelled")
    _truth(cast, order, "the first order was cancelled", is_planted=False)


def _sent_back(cast: Cast) -> None:
    order = cast.records.order(cast.person, 3, BOUGHT)
    cast.records.send_back(order, 1, line_count=len(BOUGHT))
    _truth(cast, order, "all of the first order came back", is_planted=False)


def _came_back(cast: Cast) -> None:
    earlier = cast.records.order(cast.person, 90, BOUGHT)
    cast.records.send_back(earlier, 75, line_count=len(BOUGHT))
    order = cast.records.order(cast.person, 1, BOUGHT)
    _truth(cast, order, "all of an earlier order came back", is_planted=False)


NEAR_MISSES: tuple[Callable[[Cast], None], ...] = (
    _too_long_ago,
    _a_gift,
    _cancelled,
    _sent_back,
    _came_back,
)


def no_newcomer(cast: Cast) -> None:
    """One of the customers who must not be welcomed, in turn."""
    NEAR_MISSES[cast.round % len(NEAR_MISSES)](cast)


STORIES = (newcomer, no_newcomer)
