"""Stories of friends who order with a customer's code, and of orders that earn no reward."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from sample_shops.simulation.people import Address

if TYPE_CHECKING:
    from retention.project.shop import Shop
    from sample_shops.simulation.people import Person
    from sample_shops.simulation.records import Cast

# Characters that are easily mistaken for others, and their replacements in codes.
CLEAR = str.maketrans("01+/OI", "456789")
WANTED = ("SCARVES", "CANDLES")


def referral_code(shop: Shop, customer_id: str) -> str:
    """Return the code that a customer gives to friends: eight characters, nearly always unique."""
    hashed = hashlib.sha256(f"{shop.referrals.referral_salt}:{customer_id}".encode()).digest()
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
    """Plant the outcome of an order: `waiting`, `earned`, or the reason for its refusal.

    `between` holds friend and referrer; the default is the story's customer and the neighbour.
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
    """Return an age at which the return window ended so long ago that no mail is due any more."""
    return cast.records.shop.referrals.referral_return_days + 20 + cast.number % 60


def _over(cast: Cast) -> int:
    """Return the age of an order whose return window ended yesterday."""
    return cast.records.shop.referrals.referral_return_days + 1


def window_just_over(cast: Cast) -> None:
    """A friend's order whose return window ended yesterday."""
    order = _order(cast, cast.person, cast.neighbour, _over(cast))
    _truth(cast, "the window ended yesterday", order, "earned")


def window_still_open(cast: Cast) -> None:
    """A friend's order whose return window ends tonight."""
    order = _order(cast, cast.person, cast.neighbour, _over(cast) - 1)
    _truth(cast, "the window ends today", order, "waiting")


def code_typed_carelessly(cast: Cast) -> None:
    """The code in lower case and with a dash."""
    code = referral_code(cast.records.shop, cast.neighbour.customer_id).lower()
    typed = f" {code[:4]}-{code[4:]} "
    order = _order(cast, cast.person, cast.neighbour, _days_ago(cast), referral_code=typed)
    _truth(cast, "the code in lower case", order, "earned")


def friend_ordered_again(cast: Cast) -> None:
    """A first order that was cancelled and placed again the next day."""
    _order(cast, cast.person, cast.neighbour, _days_ago(cast), status="cancelled")
    order = _order(cast, cast.person, cast.neighbour, _days_ago(cast) - 1)
    _truth(cast, "cancelled, then placed again", order, "earned")


def friend_kept_half(cast: Cast) -> None:
    """One of two items came back."""
    order = _order(cast, cast.person, cast.neighbour, _days_ago(cast))
    cast.records.send_back(order, _days_ago(cast) - 10)
    _truth(cast, "half of it came back", order, "earned")


def friend_returned_too_late(cast: Cast) -> None:
    """Everything came back, the day after the return window."""
    days_ago = _days_ago(cast)
    order = _order(cast, cast.person, cast.neighbour, days_ago)
    cast.records.send_back(order, days_ago - _over(cast), line_count=2)
    _truth(cast, "everything came back a day after the window", order, "earned")


def friend_returned_all(cast: Cast) -> None:
    """Everything came back, on the last day of the return window."""
    days_ago = _days_ago(cast)
    order = _order(cast, cast.person, cast.neighbour, days_ago)
    cast.records.send_back(order, days_ago - _over(cast) + 1, line_count=2)
    _truth(cast, "everything came back on the last day", order, "returned")


def friend_cancelled(cast: Cast) -> None:
    """The order was cancelled."""
    order = _order(cast, cast.person, cast.neighbour, _days_ago(cast), status="cancelled")
    _truth(cast, "cancelled", order, "returned")


def code_of_nobody(cast: Cast) -> None:
    """A code that no customer has; it contains a zero."""
    code = f"0{cast.number:07}"
    order = _order(cast, cast.person, cast.neighbour, _days_ago(cast), referral_code=code)
    _truth(cast, "nobody's code", order, "unknown_code", between=(cast.person, None))


def code_of_ones_own(cast: Cast) -> None:
    """The customer's own code."""
    order = _order(cast, cast.person, cast.person, _days_ago(cast))
    _truth(cast, "own code", order, "own_code", between=(cast.person, cast.person))


def code_at_the_second_order(cast: Cast) -> None:
    """The friend had ordered before, and returned everything."""
    earlier = cast.records.order(cast.person, _days_ago(cast) + 90, WANTED)
    cast.records.send_back(earlier, _days_ago(cast) + 80, line_count=2)
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
    """Both live in one building, in two flats."""
    for number, flat in ((cast.number, 4), (cast.neighbour_number, 5)):
        home = Address(f"Naapurikatu {cast.number + 1} as {flat}", "00100", "Helsinki")
        cast.people[number] = cast.people[number].living_at(home)
    order = _order(cast, cast.person, cast.neighbour, _days_ago(cast))
    _truth(cast, "lives next door", order, "earned")


def code_in_a_circle(cast: Cast) -> None:
    """Two customers who refer each other: the first referral earns, the second is refused."""
    days_ago = _days_ago(cast)
    first = _order(cast, cast.person, cast.neighbour, days_ago)
    second = _order(cast, cast.neighbour, cast.person, days_ago - 1)
    _truth(cast, "the first of a circle", first, "earned")
    pair = (cast.neighbour, cast.person)
    _truth(cast, "closes a circle", second, "circular", between=pair)


STORIES = (
    window_just_over,
    window_still_open,
    code_typed_carelessly,
    friend_ordered_again,
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
