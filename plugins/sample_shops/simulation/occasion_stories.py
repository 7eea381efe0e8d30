"""Stories of occasions that a campaign should write about tonight, and of some that it should not.

The signals hold both kinds; the campaign's rule makes the difference.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sample_shops.simulation.lifestyle_stories import PLANS

if TYPE_CHECKING:
    from sample_shops.simulation.lifestyle_stories import Plan
    from sample_shops.simulation.records import Cast

BEANS = "REGULAR BEAN"


def _give(cast: Cast, days_ago: int) -> None:
    cast.records.order(cast.person, days_ago, ("BOOKS",), parcel=cast.friend)
    _gift_truth(cast, days_ago, "a book for a friend")


def _gift_truth(cast: Cast, days_ago: int, why: str) -> None:
    cast.records.truth(
        "gift_occasions",
        is_planted=True,
        why=why,
        customer_id=cast.person.customer_id,
        recipient_first_name=cast.friend.name.split()[0],
        last_given_date=cast.records.day(days_ago),
    )


def _reminder(cast: Cast, why: str, *, is_planted: bool) -> None:
    cast.records.truth(
        "gift_reminders",
        is_planted=is_planted,
        why=why,
        customer_id=cast.person.customer_id,
        recipient_first_name=cast.friend.name.split()[0],
    )


def given_nearly_a_year_ago(cast: Cast) -> None:
    """The anniversary is in two to four weeks."""
    _give(cast, 336 + cast.round % 14)
    _reminder(cast, "nearly a year ago", is_planted=True)


def given_a_year_ago_next_week(cast: Cast) -> None:
    """It is too late to choose a present now."""
    _give(cast, 361)
    _reminder(cast, "too late to send anything", is_planted=False)


def given_again_last_month(cast: Cast) -> None:
    """The same friend was given another present last month."""
    for days_ago in (345, 40):
        _give(cast, days_ago)
    _reminder(cast, "another present to the same friend last month", is_planted=False)


def given_two_years_ago(cast: Cast) -> None:
    """A present two years ago, and none a year ago."""
    _give(cast, 345 + 365)
    _reminder(cast, "two years ago, and not last year", is_planted=False)


def _step_truth(cast: Cast, why: str, *, is_lifestyle: bool, step: int | None) -> None:
    whose = {"customer_id": cast.person.customer_id, "lifestyle": _plan(cast).lifestyle}
    cast.records.truth("lifestyles", is_planted=is_lifestyle, why=why, **whose)
    cast.records.truth("lifestyle_steps", is_planted=step is not None, why=why, step=step, **whose)


def _plan(cast: Cast) -> Plan:
    return PLANS[cast.number % len(PLANS)]


def changed_this_week(cast: Cast) -> None:
    """The first mail of the lifestyle is due."""
    cast.records.order(cast.person, 3 + cast.round % 3, _plan(cast).types)
    _step_truth(cast, "all bought this week", is_lifestyle=True, step=1)


def changed_three_weeks_ago(cast: Cast) -> None:
    """Between the second mail and the third."""
    cast.records.order(cast.person, 20, _plan(cast).types)
    _step_truth(cast, "all bought three weeks ago", is_lifestyle=True, step=None)


def changed_for_a_friend(cast: Cast) -> None:
    """Everything was sent to a friend this week."""
    cast.records.order(cast.person, 4, _plan(cast).types, parcel=cast.friend)
    _step_truth(cast, "sent to a friend this week", is_lifestyle=False, step=None)
    _gift_truth(cast, 4, "a lifestyle's products, for a friend, this week")


def _beans(cast: Cast, days_ago: range, why: str, *, is_planted: bool) -> None:
    for day in days_ago:
        cast.records.order(cast.person, day, (BEANS,), hour=17)
    cast.records.truth(
        "subscription_offers",
        is_planted=is_planted,
        why=why,
        customer_id=cast.person.customer_id,
        product_type=BEANS,
    )


def bought_every_third_week(cast: Cast) -> None:
    """Regularly for a year, up to now."""
    _beans(cast, range(4, 400, 20), "every third week for a year", is_planted=True)


def stocked_up(cast: Cast) -> None:
    """A fast pace, but only for a fortnight."""
    _beans(cast, range(1, 15, 2), "a fortnight of many orders", is_planted=False)


def stopped_two_months_ago(cast: Cast) -> None:
    """Every week, until two months ago."""
    _beans(cast, range(56, 300, 7), "every week, until two months ago", is_planted=False)


def _born(cast: Cast, years_ago: int, why: str, *, is_planted: bool) -> None:
    # Multiples of four years: the night may be a 29 February.
    birth_date = cast.records.night.replace(year=cast.records.night.year - years_ago)
    cast.people[cast.number] = replace(cast.person, birth_date=birth_date)
    customer_id = cast.person.customer_id
    cast.records.truth("birthday_wishes", is_planted=is_planted, why=why, customer_id=customer_id)


def born_today(cast: Cast) -> None:
    """An adult's birthday."""
    _born(cast, 20 + 8 * (cast.round % 8), "a birthday today", is_planted=True)


def born_today_and_under_age(cast: Cast) -> None:
    """Sixteen today."""
    _born(cast, 16, "a birthday today, but under age", is_planted=False)


STORIES = (
    given_nearly_a_year_ago,
    given_a_year_ago_next_week,
    given_again_last_month,
    given_two_years_ago,
    changed_this_week,
    changed_three_weeks_ago,
    changed_for_a_friend,
    bought_every_third_week,
    stocked_up,
    stopped_two_months_ago,
    born_today,
    born_today_and_under_age,
)
