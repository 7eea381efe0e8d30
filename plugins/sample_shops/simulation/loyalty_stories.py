"""Customers who stay away, for a while or for good, and those whose loyalty tier changes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sample_shops.simulation.records import Cast

RHYTHM = 50  # days between the orders of those who stay away
DEAR, CHEAP = (
    ("BLAZERS",),
    ("CANDLES",),
)  # five of the first reach a tier, five of the second do not


def _orders(cast: Cast, days_ago: tuple[int, ...], types: tuple[str, ...]) -> None:
    cast.records.silent.add(cast.number)
    for day in days_ago:
        cast.records.order(cast.person, day, types)


def _away(cast: Cast, why: str, recency: int, *, step: int | None = None, orders: int = 5) -> None:
    """Order at a rhythm that ended so many days ago; `step` is the mail that comes tonight."""
    _orders(cast, tuple(recency + RHYTHM * turn for turn in reversed(range(orders))), ("BOOKS",))
    cast.records.truth(
        "winback",
        is_planted=step is not None,
        why=why,
        customer_id=cast.person.customer_id,
        step=step,
    )


def away_for_three_turns(cast: Cast) -> None:
    """The first mail comes when three turns are missed."""
    _away(cast, "three turns missed", 3 * RHYTHM + cast.round % 25, step=1)


def away_for_longer(cast: Cast) -> None:
    """The second one a month later."""
    _away(cast, "three turns and a month", 3 * RHYTHM + 30 + cast.round % 40, step=2)


def away_for_very_long(cast: Cast) -> None:
    """The third one another six weeks later."""
    _away(cast, "three turns and 75 days", 3 * RHYTHM + 75 + cast.round % 50, step=3)


def away_not_long_enough(cast: Cast) -> None:
    """A day before three turns are missed."""
    _away(cast, "a day less than three turns", 3 * RHYTHM - 1)


def away_for_too_long(cast: Cast) -> None:
    """The day after the last mail's days."""
    _away(cast, "after the last mail", 3 * RHYTHM + 135)


def away_after_few_orders(cast: Cast) -> None:
    """Four orders are no rhythm to come back to."""
    _away(cast, "four orders only", 3 * RHYTHM + 40, orders=4)


def _gone(cast: Cast, why: str, days_ago: int, *, is_planted: bool = False) -> None:
    _orders(cast, (days_ago,), ("BOOKS",))
    cast.records.truth(
        "sunset", is_planted=is_planted, why=why, customer_id=cast.person.customer_id
    )


def gone_for_a_year(cast: Cast) -> None:
    """Neither an order nor a visit for more than a year."""
    _gone(cast, "a year and a day", 366 + cast.number % 200, is_planted=True)


def gone_for_nearly_a_year(cast: Cast) -> None:
    """A year to the day."""
    _gone(cast, "a year to the day", 365)


def gone_but_looking_around(cast: Cast) -> None:
    """No order for long, but a look at the shop some weeks ago."""
    _gone(cast, "looked around lately", 400)
    cast.records.look(cast.person, 20, "BOOKS")


def gone_but_filling_a_cart(cast: Cast) -> None:
    """No order for long, but a cart was filled and emptied some weeks ago."""
    _gone(cast, "filled a cart lately", 400)
    filled_at = cast.records.moment(20)
    cast.records.put_in_cart(
        f"{cast.person.customer_id}-K",
        cast.person.customer_id,
        filled_at,
        ("BOOKS",),
        removed_at=filled_at + timedelta(hours=1),
    )


def _risen(cast: Cast, why: str, last_days_ago: int, *, is_planted: bool) -> None:
    """Reach silver by the fifth order, whatever that holds: the first four hold enough."""
    _orders(cast, (240, 190, 140, 90), DEAR)
    _orders(cast, (last_days_ago,), CHEAP)
    cast.records.truth(
        "tier_up",
        is_planted=is_planted,
        why=why,
        customer_id=cast.person.customer_id,
        tier="silver",
        reached_date=cast.records.day(last_days_ago),
    )


def tier_reached(cast: Cast) -> None:
    """Reached within the last week."""
    _risen(cast, "silver within a week", 1 + cast.round % 7, is_planted=True)


def tier_reached_before(cast: Cast) -> None:
    """Reached more than a week ago."""
    _risen(cast, "silver eight days ago", 8, is_planted=False)


def tier_kept(cast: Cast) -> None:
    """The membership year began some days ago, with the tier of the one before."""
    _orders(cast, (368, 300, 250, 200, 150, 100), DEAR)
    cast.records.truth(
        "tier_up",
        is_planted=False,
        why="the year began with silver",
        customer_id=cast.person.customer_id,
        tier="silver",
        reached_date=_anniversary(cast.records.day(368), 1),
    )


def _ending(
    cast: Cast,
    why: str,
    in_days: int,
    year: tuple[tuple[str, ...], ...],
    *,
    missing: float | None = None,
) -> None:
    """Be silver in a second membership year that ends in so many days and held five orders."""
    first = 730 - 1 - in_days
    _orders(cast, (first, 640, 600, 560, 520), DEAR)
    for day, types in zip((300, 250, 200, 150, 100), year, strict=True):
        _orders(cast, (day,), types)
    cast.records.truth(
        "tier_expiring",
        is_planted=missing is not None,
        why=why,
        customer_id=cast.person.customer_id,
        tier="silver",
        period_end_date=_anniversary(cast.records.day(first), 2) - timedelta(days=1),
        missing_spend=missing,
    )


def tier_ending(cast: Cast) -> None:
    """A little is missing, and three weeks are left."""
    year = (DEAR, DEAR, DEAR, ("SCARVES",), ("SCARVES",))
    _ending(cast, "43.20 missing", 20, year, missing=43.20)


def tier_ending_out_of_reach(cast: Cast) -> None:
    """More is missing than such a customer ever spends in three weeks."""
    _ending(cast, "435.50 missing", 20, (CHEAP,) * 5)


def tier_ending_with_enough(cast: Cast) -> None:
    """The year held enough: the tier goes on."""
    _ending(cast, "nothing missing", 20, (DEAR,) * 5)


def tier_ending_later(cast: Cast) -> None:
    """A little is missing, and two months are left."""
    _ending(cast, "two months left", 60, (DEAR, DEAR, DEAR, ("SCARVES",), ("SCARVES",)))


def _anniversary(day: date, years: int) -> date:
    """Return the same day so many years later; of 29 February the 28th in common years."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


STORIES = (
    away_for_three_turns,
    away_for_longer,
    away_for_very_long,
    away_not_long_enough,
    away_for_too_long,
    away_after_few_orders,
    gone_for_a_year,
    gone_for_nearly_a_year,
    gone_but_looking_around,
    gone_but_filling_a_cart,
    tier_reached,
    tier_reached_before,
    tier_kept,
    tier_ending,
    tier_ending_out_of_reach,
    tier_ending_with_enough,
    tier_ending_later,
)
