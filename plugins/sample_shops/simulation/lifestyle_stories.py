"""Baskets that prove a lifestyle, and baskets that only look like it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sample_shops.simulation.records import Parcel

if TYPE_CHECKING:
    from sample_shops.simulation.records import Cast


@dataclass(frozen=True)
class Plan:
    """What somebody of one lifestyle buys, told apart from the rules that look for it.

    Attributes:
        window: local days within which the purchases belong together.
        expiry: local days for which they tell something.
    """

    lifestyle: str
    types: tuple[str, ...]
    window: int
    expiry: int


PLANS = (
    Plan("new_puppy", ("PUPPY FOOD", "DOG COLLARS", "DOG LEADS"), 60, 240),
    Plan("new_kitten", ("KITTEN FOOD", "LITTER BOXES"), 60, 240),
    Plan("baby", ("BABY DIAPERS", "BABY WIPES", "BABY BODYSUITS"), 60, 180),
    Plan("new_home", ("BED LINEN", "BATH TOWELS", "TABLEWARE"), 60, 180),
    Plan("camping", ("TENTS", "SLEEPING BAGS", "CAMPING STOVES"), 120, 365),
    Plan("running", ("RUNNING SHOES", "RUNNING TIGHTS"), 180, 365),
    Plan("plant_based", ("TOFU", "PLANT-BASED YOGHURT"), 42, 120),
)


def _plan(cast: Cast) -> Plan:
    return PLANS[cast.number % len(PLANS)]


def _days_ago(cast: Cast) -> int:
    return 10 + cast.number % 70


def _truth(cast: Cast, why: str, *, is_planted: bool, customer_id: str | None = None) -> None:
    cast.records.truth(
        "lifestyles",
        is_planted=is_planted,
        why=why,
        customer_id=customer_id or cast.person.customer_id,
        lifestyle=_plan(cast).lifestyle,
    )


def one_basket(cast: Cast) -> None:
    """All at once."""
    cast.records.order(cast.person, _days_ago(cast), _plan(cast).types)
    _truth(cast, "everything in one order", is_planted=True)


def at_the_windows_edge(cast: Cast) -> None:
    """In two orders, just near enough to each other."""
    plan = _plan(cast)
    cast.records.order(cast.person, 10 + plan.window, plan.types[:1], hour=23.5)
    cast.records.order(cast.person, 10, plan.types[1:], hour=0.5)
    _truth(cast, "two orders, the window's days apart", is_planted=True)


def over_the_windows_edge(cast: Cast) -> None:
    """In two orders, a day too far from each other."""
    plan = _plan(cast)
    cast.records.order(cast.person, 11 + plan.window, plan.types[:1])
    cast.records.order(cast.person, 10, plan.types[1:])
    _truth(cast, "two orders, a day more than the window apart", is_planted=False)


def on_the_last_day(cast: Cast) -> None:
    """Tonight is the last night on which it tells something."""
    plan = _plan(cast)
    cast.records.order(cast.person, plan.expiry - 1, plan.types)
    _truth(cast, "expires tomorrow", is_planted=True)


def expired(cast: Cast) -> None:
    """It told something until yesterday."""
    plan = _plan(cast)
    cast.records.order(cast.person, plan.expiry, plan.types)
    _truth(cast, "expired last night", is_planted=False)


def two_half_baskets(cast: Cast) -> None:
    """Two people of one home buy half of it each."""
    cast.people[cast.neighbour_number] = cast.neighbour.living_at(cast.person.address)
    plan = _plan(cast)
    cast.records.order(cast.person, _days_ago(cast), plan.types[:1])
    cast.records.order(cast.neighbour, _days_ago(cast), plan.types[1:])
    why = "half a basket; somebody else at the address bought the other half"
    _truth(cast, why, is_planted=False)
    _truth(cast, why, is_planted=False, customer_id=cast.neighbour.customer_id)


def sent_back(cast: Cast) -> None:
    """All but one thing came back."""
    plan = _plan(cast)
    order = cast.records.order(cast.person, _days_ago(cast), plan.types)
    cast.records.send_back(order, 2, places=len(plan.types) - 1)
    _truth(cast, "came back before the night", is_planted=False)


def sent_back_later(cast: Cast) -> None:
    """It will come back, which tonight does not know."""
    plan = _plan(cast)
    order = cast.records.order(cast.person, 10, plan.types)
    cast.records.send_back(order, -1, places=len(plan.types))
    _truth(cast, "comes back after the night", is_planted=True)


def cancelled(cast: Cast) -> None:
    """The order was cancelled."""
    cast.records.order(cast.person, _days_ago(cast), _plan(cast).types, status="cancelled")
    _truth(cast, "the order was cancelled", is_planted=False)


def after_midnight(cast: Cast) -> None:
    """The order is of the night's first minute."""
    cast.records.order(cast.person, 0, _plan(cast).types, hour=0)
    _truth(cast, "ordered when the night had begun", is_planted=False)


def for_somebody_else(cast: Cast) -> None:
    """All of it goes to a friend."""
    days_ago = _days_ago(cast)
    cast.records.order(cast.person, days_ago, _plan(cast).types, parcel=cast.friend)
    _truth(cast, "sent to somebody else", is_planted=False)
    cast.records.truth(
        "gift_occasions",
        is_planted=True,
        why="the things of a lifestyle, for a friend",
        customer_id=cast.person.customer_id,
        recipient_first_name=cast.friend.name.split()[0],
        last_given_date=cast.records.day(days_ago),
    )


def much_of_one_thing(cast: Cast) -> None:
    """Much and often, but only one of the things."""
    for days_ago in (40, 30, 20):
        cast.records.order(cast.person, days_ago, _plan(cast).types[-1:], quantity=5)
    _truth(cast, "much of one thing", is_planted=False)


def half_of_two_lives(cast: Cast) -> None:
    """The first thing of one lifestyle, the last one of another."""
    other = PLANS[(cast.number + 2) % len(PLANS)]
    cast.records.order(cast.person, 20, (_plan(cast).types[0], other.types[-1]))
    _truth(cast, "halves of two lifestyles", is_planted=False)


def told_with_blanks(cast: Cast) -> None:
    """To the customer's own home, though the label is scribbled."""
    home = cast.person.address
    label = Parcel(
        f"  {cast.person.last_name.upper()}, {cast.person.first_name} ",
        type(home)(f" {home.street.upper()}.", home.postal_code, home.city.upper()),
    )
    cast.records.order(cast.person, _days_ago(cast), _plan(cast).types, parcel=label)
    _truth(cast, "to the own home, scribbled", is_planted=True)


STORIES = (
    one_basket,
    at_the_windows_edge,
    over_the_windows_edge,
    on_the_last_day,
    expired,
    two_half_baskets,
    sent_back,
    sent_back_later,
    cancelled,
    after_midnight,
    for_somebody_else,
    much_of_one_thing,
    half_of_two_lives,
    told_with_blanks,
)
