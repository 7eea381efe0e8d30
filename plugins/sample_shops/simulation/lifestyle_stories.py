"""Stories of baskets that prove a lifestyle, and of baskets that only seem to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sample_shops.simulation.records import Parcel

if TYPE_CHECKING:
    from sample_shops.simulation.records import Cast


@dataclass(frozen=True)
class Plan:
    """What a customer with one lifestyle buys, written independently of the rules that detect it.

    Attributes:
        window: number of local days within which the purchases count together.
        expiry: number of local days for which they prove the lifestyle.
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
    """Everything in one order."""
    cast.records.order(cast.person, _days_ago(cast), _plan(cast).types)
    _truth(cast, "everything in one order", is_planted=True)


def just_within_the_window(cast: Cast) -> None:
    """Two orders, just close enough in time."""
    plan = _plan(cast)
    cast.records.order(cast.person, 10 + plan.window, plan.types[:1], hour=23.5)
    cast.records.order(cast.person, 10, plan.types[1:], hour=0.5)
    _truth(cast, "two orders, the window's days apart", is_planted=True)


def just_outside_the_window(cast: Cast) -> None:
    """Two orders, one day too far apart."""
    plan = _plan(cast)
    cast.records.order(cast.person, 11 + plan.window, plan.types[:1])
    cast.records.order(cast.person, 10, plan.types[1:])
    _truth(cast, "two orders, a day more than the window apart", is_planted=False)


def on_the_last_day(cast: Cast) -> None:
    """Tonight is the last night on which the purchases count."""
    plan = _plan(cast)
    cast.records.order(cast.person, plan.expiry - 1, plan.types)
    _truth(cast, "expires tomorrow", is_planted=True)


def expired(cast: Cast) -> None:
    """Last night was the last night on which the purchases counted."""
    plan = _plan(cast)
    cast.records.order(cast.person, plan.expiry, plan.types)
    _truth(cast, "expired last night", is_planted=False)


def two_half_baskets(cast: Cast) -> None:
    """Two people at one address buy one half each."""
    cast.people[cast.neighbour_number] = cast.neighbour.living_at(cast.person.address)
    plan = _plan(cast)
    cast.records.order(cast.person, _days_ago(cast), plan.types[:1])
    cast.records.order(cast.neighbour, _days_ago(cast), plan.types[1:])
    why = "half a basket; somebody else at the address bought the other half"
    _truth(cast, why, is_planted=False)
    _truth(cast, why, is_planted=False, customer_id=cast.neighbour.customer_id)


def sent_back(cast: Cast) -> None:
    """All items but one came back."""
    plan = _plan(cast)
    order = cast.records.order(cast.person, _days_ago(cast), plan.types)
    cast.records.send_back(order, 2, line_count=len(plan.types) - 1)
    _truth(cast, "came back before the night", is_planted=False)


def sent_back_later(cast: Cast) -> None:
    """Everything comes back, but after the night."""
    plan = _plan(cast)
    order = cast.records.order(cast.person, 10, plan.types)
    cast.records.send_back(order, -1, line_count=len(plan.types))
    _truth(cast, "comes back after the night", is_planted=True)


def cancelled(cast: Cast) -> None:
    """The order was cancelled."""
    cast.records.order(cast.person, _days_ago(cast), _plan(cast).types, status="cancelled")
    _truth(cast, "the order was cancelled", is_planted=False)


def after_midnight(cast: Cast) -> None:
    """The order is placed in the first minute of the night."""
    cast.records.order(cast.person, 0, _plan(cast).types, hour=0)
    _truth(cast, "ordered when the night had begun", is_planted=False)


def for_somebody_else(cast: Cast) -> None:
    """The whole order goes to a friend."""
    days_ago = _days_ago(cast)
    cast.records.order(cast.person, days_ago, _plan(cast).types, parcel=cast.friend)
    _truth(cast, "sent to somebody else", is_planted=False)
    cast.records.truth(
        "gift_occasions",
        is_planted=True,
        why="a lifestyle's products, for a friend",
        customer_id=cast.person.customer_id,
        recipient_first_name=cast.friend.name.split()[0],
        last_given_date=cast.records.day(days_ago),
    )


def much_of_one_thing(cast: Cast) -> None:
    """Large quantities and often, but only one of the products."""
    for days_ago in (40, 30, 20):
        cast.records.order(cast.person, days_ago, _plan(cast).types[-1:], quantity=5)
    _truth(cast, "a lot of one product", is_planted=False)


def halves_of_two_lifestyles(cast: Cast) -> None:
    """The first product of one lifestyle and the last of another."""
    other = PLANS[(cast.number + 2) % len(PLANS)]
    cast.records.order(cast.person, 20, (_plan(cast).types[0], other.types[-1]))
    _truth(cast, "halves of two lifestyles", is_planted=False)


def badly_spelled_label(cast: Cast) -> None:
    """Sent to the customer's own home, though the label is badly spelled."""
    home = cast.person.address
    label = Parcel(
        f"  {cast.person.last_name.upper()}, {cast.person.first_name} ",
        type(home)(f" {home.street.upper()}.", home.postal_code, home.city.upper()),
    )
    cast.records.order(cast.person, _days_ago(cast), _plan(cast).types, parcel=label)
    _truth(cast, "to the customer's own home, badly spelled", is_planted=True)


STORIES = (
    one_basket,
    just_within_the_window,
    just_outside_the_window,
    on_the_last_day,
    expired,
    two_half_baskets,
    sent_back,
    sent_back_later,
    cancelled,
    after_midnight,
    for_somebody_else,
    much_of_one_thing,
    halves_of_two_lifestyles,
    badly_spelled_label,
)
