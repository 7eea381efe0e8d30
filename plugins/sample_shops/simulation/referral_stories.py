"""Friends who come by a customer's code, and people who would like to be rewarded for less."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from sample_shops.simulation.people import Address

if TYPE_CHECKING:
    from retention.project.shop import Shop
    from sample_shops.simulation.people import Person
    from sample_shops.simulation.records import Cast

# Characters that are taken for others, and what stands for them in codes.
CLEAR = str.maketrans("01+/OI", "456789")
WANTED = ("SCARVES", "CANDLES")


def referral_code(shop: Shop, customer_id: str) -> str:
    """Return the code that a customer gives to friends; eight characters, nearly always unique."""
    hashed = hashlib.sha256(f"{shop.referral_salt}:{customer_id}".encode()).digest()
    return base64.b64encode(hashed).decode().upper().translate(CLEAR)[:8]


def _order(cast: Cast, friend: Person, referrer: Person, days_ago: int, **unusual: str) -> str:
    cast.records.silent.add(friend.number)
    code = referral_code(cast.records.shop, referrer.customer_id)
    return cast.records.order(
        friend, days_ago, WANTED, **{"referral_code": code, "hour": 20} | unusual
    )


def _truth(
    cast: Cast,
    why: str,
    order_id: str,
    verdict: str,
    *,
    between: tuple[Person, Person | None] | None = None,
) -> None:
    """Tell what becomes of an order: `waiting`, `earned`, or the reason why it is refused.

    `between` are friend and referrer, else the story's customer and the neighbour.
    """
    friend, referrer = between or (cast.person, cast.neighbour)
    is_refused = verdict not in {"waiting", "earned"}
    cast.records.truth(
        "referrals",
        is_planted=not is_refused,
        why=why,
        customer_id=friend.customer_id,
        order_id=order_id,
        referrer_customer_id=referrer and referrer.customer_id,
        status="refused" if is_refused else verdict,
        refused_reason=verdict if is_refused else None,
    )


def _days_ago(cast: Cast) -> int:
    """Return an age at which the window was over some days ago, so that nobody is told any more."""
    return cast.records.shop.referral_return_days + 20 + cast.number % 60


def _over(cast: Cast) -> int:
    """Return the age of an order whose window ended yesterday."""
    return cast.records.shop.referral_return_days + 1


def friend_came(cast: Cast) -> None:
    """A friend's order, whose window ended yesterday."""
    order = _order(cast, cast.person, cast.neighbour, _over(cast))
    _truth(cast, "the window ended yesterday", order, "earned")


def friend_came_lately(cast: Cast) -> None:
    """A friend's order, whose window ends tonight."""
    order = _order(cast, cast.person, cast.neighbour, _over(cast) - 1)
    _truth(cast, "the window ends today", order, "waiting")


def friend_typed_carelessly(cast: Cast) -> None:
    """The code in small letters and with a dash."""
    code = referral_code(cast.records.shop, cast.neighbour.customer_id).lower()
    typed = f" {code[:4]}-{code[4:]} "
    order = _order(cast, cast.person, cast.neighbour, _days_ago(cast), referral_code=typed)
    _truth(cast, "the code in small letters", order, "earned")


def friend_ordered_anew(cast: Cast) -> None:
    """A first order that was cancelled, and placed anew an hour later."""
    _order(cast, cast.person, cast.neighbour, _days_ago(cast), status="cancelled")
    order = _order(cast, cast.person, cast.neighbour, _days_ago(cast) - 1)
    _truth(cast, "cancelled, then placed anew", order, "earned")


def friend_kept_half(cast: Cast) -> None:
    """One of two things came back."""
    order = _order(cast, cast.person, cast.neighbour, _days_ago(cast))
    cast.records.send_back(order, _days_ago(cast) - 10)
    _truth(cast, "half of it came back", order, "earned")


def friend_returned_too_late(cast: Cast) -> None:
    """All came back, on the day after the window."""
    days_ago = _days_ago(cast)
    order = _order(cast, cast.person, cast.neighbour, days_ago)
    cast.records.send_back(order, days_ago - _over(cast), places=2)
    _truth(cast, "all came back a day after the window", order, "earned")


def friend_returned_all(cast: Cast) -> None:
    """All came back, on the last day of the window."""
    days_ago = _days_ago(cast)
    order = _order(cast, cast.person, cast.neighbour, days_ago)
    cast.records.send_back(order, days_ago - _over(cast) + 1, places=2)
    _truth(cast, "all came back on the last day", order, "returned")


def friend_cancelled(cast: Cast) -> None:
    """The order was cancelled."""
    order = _order(cast, cast.person, cast.neighbour, _days_ago(cast), status="cancelled")
    _truth(cast, "cancelled", order, "returned")


def code_of_nobody(cast: Cast) -> None:
    """A code that nobody has; it holds a zero."""
    code = f"0{cast.number:07}"
    order = _order(cast, cast.person, cast.neighbour, _days_ago(cast), referral_code=code)
    _truth(cast, "nobody's code", order, "unknown_code", between=(cast.person, None))


def code_of_ones_own(cast: Cast) -> None:
    """The customer's own code."""
    order = _order(cast, cast.person, cast.person, _days_ago(cast))
    _truth(cast, "own code", order, "own_code", between=(cast.person, cast.person))


def code_at_the_second_order(cast: Cast) -> None:
    """The friend had ordered before, and sent it all back."""
    earlier = cast.records.order(cast.person, _days_ago(cast) + 90, WANTED)
    cast.records.send_back(earlier, _days_ago(cast) + 80, places=2)
    order = _order(cast, cast.person, cast.neighbour, _days_ago(cast))
    _truth(cast, "had ordered before", order, "not_first_order")


def code_of_the_same_household(cast: Cast) -> None:
    """Both live at one address, spelled in two ways."""
    home = Address(f"Perhekatu {cast.number + 1} as 4", "00100", "Helsinki")
    shouted = Address(f"PERHEKATU {cast.number + 1} 4", "FI-00100", "HELSINGFORS")
    cast.people[cast.number] = cast.person.living_at(home)
    cast.people[cast.neighbour_number] = cast.neighbour.living_at(shouted)
    order = _order(cast, cast.person, cast.neighbour, _days_ago(cast))
    _truth(cast, "same household", order, "same_household")


def code_of_next_door(cast: Cast) -> None:
    """Both live in one house, behind two doors."""
    for number, flat in ((cast.number, 4), (cast.neighbour_number, 5)):
        home = Address(f"Naapurikatu {cast.number + 1} as {flat}", "00100", "Helsinki")
        cast.people[number] = cast.people[number].living_at(home)
    order = _order(cast, cast.person, cast.neighbour, _days_ago(cast))
    _truth(cast, "lives next door", order, "earned")


def code_in_a_circle(cast: Cast) -> None:
    """Two who refer each other: the first one may, the second one not."""
    days_ago = _days_ago(cast)
    first = _order(cast, cast.person, cast.neighbour, days_ago)
    second = _order(cast, cast.neighbour, cast.person, days_ago - 1)
    _truth(cast, "the first of a circle", first, "earned")
    pair = (cast.neighbour, cast.person)
    _truth(cast, "closes a circle", second, "circular", between=pair)


STORIES = (
    friend_came,
    friend_came_lately,
    friend_typed_carelessly,
    friend_ordered_anew,
    friend_kept_half,
    friend_returned_too_late,
    friend_returned_all,
    friend_cancelled,
    code_of_nobody,
    code_of_ones_own,
    code_at_the_second_order,
    code_of_the_same_household,
    code_of_next_door,
    code_in_a_circle,
)
