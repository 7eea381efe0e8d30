"""Stories of customers who stay away, for a while or for good, and of changing loyalty tiers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sample_shops.simulation.records import Cast

GAP_DAYS = 50  # between the orders of customers who then stay away
# Five orders of the first reach a tier, five orders of the second do not.
EXPENSIVE, CHEAP = ("BLAZERS",), ("CANDLES",)


def _orders(cast: Cast, days_ago: tuple[int, ...], types: tuple[str, ...]) -> None:
    cast.records.silent.add(cast.number)
    for day in days_ago:
        cast.records.order(cast.person, day, types)


def _away(cast: Cast, why: str, recency: int, *, step: int | None = None, orders: int = 5) -> None:
    """Order regularly until `recency` days ago; `step` is the winback mail due tonight, if any."""
    _orders(cast, tuple(recency + GAP_DAYS * gap for gap in reversed(range(orders))), ("BOOKS",))
    cast.records.truth(
        "winback",
        is_planted=step is not None,
        why=why,
        customer_id=cast.person.customer_id,
        step=step,
    )


def away_for_three_gaps(cast: Cast) -> None:
    """The first mail is due after three usual gaps."""
    _away(cast, "three usual gaps", 3 * GAP_DAYS + cast.round % 25, step=1)


def away_for_longer(cast: Cast) -> None:
    """The second mail is due a month later."""
    _away(cast, "three usual gaps and a month", 3 * GAP_DAYS + 30 + cast.round % 40, step=2)


def away_for_very_long(cast: Cast) -> None:
    """The third mail is due another six weeks later."""
    _away(cast, "three usual gaps and 75 days", 3 * GAP_DAYS + 75 + cast.round % 50, step=3)


def away_not_long_enough(cast: Cast) -> None:
    """One day less than three usual gaps."""
    _away(cast, "a day less than three usual gaps", 3 * GAP_DAYS - 1)


def away_for_too_long(cast: Cast) -> None:
    """The day after the last mail's period."""
    _away(cast, "after the last mail", 3 * GAP_DAYS + 135)


def away_after_few_orders(cast: Cast) -> None:
    """Four orders are too few to know the usual gap."""
    _away(cast, "four orders only", 3 * GAP_DAYS + 40, orders=4)


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


def gone_but_browsing(cast: Cast) -> None:
    """No order for a long time, but a page view some weeks ago."""
    _gone(cast, "browsed recently", 400)
    cast.records.view_product(cast.person, 20, "BOOKS")


def gone_but_cart_filled(cast: Cast) -> None:
    """No order for a long time, but a cart filled and emptied some weeks ago."""
    _gone(cast, "filled a cart recently", 400)
    filled_at = cast.records.moment(20)
    cast.records.put_in_cart(
        f"{cast.person.customer_id}-K",
        cast.person.customer_id,
        filled_at,
        ("BOOKS",),
        removed_at=filled_at + timedelta(hours=1),
    )


def _risen(cast: Cast, why: str, last_days_ago: int, *, is_planted: bool) -> None:
    """Reach silver with the fifth order, whatever its amount: the first four hold enough spend."""
    _orders(cast, (240, 190, 140, 90), EXPENSIVE)
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
    """Silver reached within the last week."""
    _risen(cast, "silver within a week", 1 + cast.round % 7, is_planted=True)


def tier_reached_before(cast: Cast) -> None:
    """Silver reached more than a week ago."""
    _risen(cast, "silver eight days ago", 8, is_planted=False)


def tier_kept(cast: Cast) -> None:
    """A new membership year began some days ago with the tier of the previous year."""
    _orders(cast, (368, 300, 250, 200, 150, 100), EXPENSIVE)
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
    """Be silver in a second membership year that holds five orders and ends in `in_days` days."""
    first = 730 - 1 - in_days
    _orders(cast, (first, 640, 600, 560, 520), EXPENSIVE)
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
    """A little spend is missing, and three weeks are left."""
    year = (EXPENSIVE, EXPENSIVE, EXPENSIVE, ("SCARVES",), ("SCARVES",))
    _ending(cast, "43.20 missing", 20, year, missing=43.20)


def tier_ending_out_of_reach(cast: Cast) -> None:
    """More spend is missing than such a customer ever has in three weeks."""
    _ending(cast, "435.50 missing", 20, (CHEAP,) * 5)


def tier_ending_with_enough(cast: Cast) -> None:
    """The year's spend is enough to keep the tier."""
    _ending(cast, "nothing missing", 20, (EXPENSIVE,) * 5)


def tier_ending_later(cast: Cast) -> None:
    """A little spend is missing, and two months are left."""
    year = (EXPENSIVE, EXPENSIVE, EXPENSIVE, ("SCARVES",), ("SCARVES",))
    _ending(cast, "two months left", 60, year)


def _anniversary(day: date, years: int) -> date:
    """Return the same day `years` years later; 29 February becomes the 28th in common years."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


STORIES = (
    away_for_three_gaps,
    away_for_longer,
    away_for_very_long,
    away_not_long_enough,
    away_for_too_long,
    away_after_few_orders,
    gone_for_a_year,
    gone_for_nearly_a_year,
    gone_but_browsing,
    gone_but_cart_filled,
    tier_reached,
    tier_reached_before,
    tier_kept,
    tier_ending,
    tier_ending_out_of_reach,
    tier_ending_with_enough,
    tier_ending_later,
)
