"""Stories of purchases that lack a complement, and of some that only seem to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sample_shops.simulation.interest_stories import audience

if TYPE_CHECKING:
    from sample_shops.simulation.records import Cast

SET, TOGETHER = "complete_the_set", "cross_sell_offer"
PAIR = ("LAMPS", "CURTAINS")
BED = ("DUVETS", "PILLOWS", "BED LINEN")


def duvet_alone(cast: Cast) -> None:
    """A duvet, and nothing else for a bed."""
    cast.records.order(cast.person, 12, BED[:1])
    audience(cast, SET, "a duvet without pillows and linen", is_planted=True)


def blazer_alone(cast: Cast) -> None:
    """A blazer, without trousers or a handbag."""
    cast.records.order(cast.person, 12, ("BLAZERS",))
    audience(cast, SET, "a blazer without trousers and handbag", is_planted=True)


def whole_bed(cast: Cast) -> None:
    """The whole set in one order."""
    cast.records.order(cast.person, 12, BED)
    audience(cast, SET, "the whole bed in one order", is_planted=False)


def pillows_at_home(cast: Cast) -> None:
    """Pillows and linen were bought long ago."""
    cast.records.order(cast.person, 300, BED[1:])
    cast.records.order(cast.person, 12, BED[:1])
    audience(cast, SET, "pillows and linen bought last winter", is_planted=False)


def duvet_given_away(cast: Cast) -> None:
    """Sent to a friend and marked as a gift."""
    why = "a duvet for a friend"
    cast.records.order(cast.person, 12, BED[:1], parcel=cast.friend, is_gift=True)
    cast.records.truth(
        "gift_occasions",
        is_planted=True,
        why=why,
        customer_id=cast.person.customer_id,
        recipient_first_name=cast.friend.name.split()[0],
        last_given_date=cast.records.day(12),
    )
    audience(cast, SET, why, is_planted=False)


def duvet_sent_back(cast: Cast) -> None:
    """The duvet came back."""
    order = cast.records.order(cast.person, 12, BED[:1])
    cast.records.send_back(order, 3)
    audience(cast, SET, "a duvet sent back", is_planted=False)


def duvet_of_yesterday(cast: Cast) -> None:
    """Delivered the day before the night."""
    cast.records.order(cast.person, 3, BED[:1])
    audience(cast, SET, "a duvet delivered yesterday", is_planted=False)


def furnisher(cast: Cast) -> None:
    """Lamps and curtains together, again and again."""
    for days_ago in (9, 31, 44, 70, 95, 101, 133, 160):
        cast.records.order(cast.person, days_ago, PAIR)
    audience(cast, TOGETHER, "lamps and curtains, always both", is_planted=False)


def curtains_alone(cast: Cast) -> None:
    """Curtains, and never a lamp."""
    cast.records.order(cast.person, 200, ("BOOKS",))
    cast.records.order(cast.person, 10, ("CURTAINS",))
    audience(cast, TOGETHER, "curtains and never a lamp", is_planted=True)


def curtains_of_this_week(cast: Cast) -> None:
    """Curtains and never a lamp, but too recently."""
    cast.records.order(cast.person, 200, ("BOOKS",))
    cast.records.order(cast.person, 3, ("CURTAINS",))
    audience(cast, TOGETHER, "curtains three days ago", is_planted=False)


def curtains_and_a_duvet(cast: Cast) -> None:
    """One order that suits two campaigns: completing the set takes precedence."""
    why = "curtains and a duvet in one order"
    cast.records.order(cast.person, 200, ("BOOKS",))
    cast.records.order(cast.person, 10, ("CURTAINS", "DUVETS"))
    audience(cast, TOGETHER, why, is_planted=False)
    audience(cast, SET, why, is_planted=True)


STORIES = (
    duvet_alone,
    blazer_alone,
    whole_bed,
    pillows_at_home,
    duvet_given_away,
    duvet_sent_back,
    duvet_of_yesterday,
    furnisher,
    curtains_alone,
    curtains_of_this_week,
    curtains_and_a_duvet,
)
