"""Stories of gifts, and of parcels that only look like gifts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sample_shops.simulation.people import Address
from sample_shops.simulation.records import Parcel

if TYPE_CHECKING:
    from sample_shops.simulation.people import Person
    from sample_shops.simulation.records import Cast

PICK_UP_POINT = Address("Asema-aukio 1", "00100", "Helsinki")
PLAIN = str.maketrans("äöåÄÖÅ", "aoaAOA")
TOYS = ("TOYS UNDER 1", "TOYS 1 TO 2", "TOYS 3 TO 5", "TOYS 6 TO 8")


def _days_ago(cast: Cast) -> int:
    return 100 + cast.number % 200


def _toy(cast: Cast) -> tuple[str, ...]:
    return (TOYS[cast.round % len(TOYS)],)


def _gift(
    cast: Cast, days_ago: int, name: str | None, why: str, *, person: Person | None = None
) -> None:
    cast.records.truth(
        "gift_occasions",
        is_planted=True,
        why=why,
        customer_id=(person or cast.person).customer_id,
        recipient_first_name=name,
        last_given_date=cast.records.day(days_ago),
    )


def _no_gift(cast: Cast, why: str) -> None:
    cast.records.truth(
        "gift_occasions",
        is_planted=False,
        why=why,
        customer_id=cast.person.customer_id,
        recipient_first_name=None,
        last_given_date=None,
    )


def _first_name(parcel: Parcel) -> str:
    return parcel.name.split()[0]


def to_a_friend(cast: Cast) -> None:
    """Sent to somebody else's home."""
    days_ago = _days_ago(cast)
    cast.records.order(cast.person, days_ago, _toy(cast), parcel=cast.friend)
    _gift(cast, days_ago, _first_name(cast.friend), "to another name at another address")


def every_year(cast: Cast) -> None:
    """Two birthdays of one friend; the second label spells everything differently."""
    friend = cast.friend
    loud = Parcel(
        friend.name.upper(),
        Address(friend.address.street.upper().replace("TIE ", "T.  "), "FI-96100", "ROVANIEMI"),
    )
    cast.records.order(cast.person, 345 + 365, _toy(cast), parcel=friend)
    cast.records.order(cast.person, 340, _toy(cast), parcel=loud)
    why = "the same friend, two years running"
    _gift(cast, 340, _first_name(friend), why)
    cast.records.truth(
        "gift_reminders",
        is_planted=True,
        why=why,
        customer_id=cast.person.customer_id,
        recipient_first_name=_first_name(friend),
    )


def birthday_and_christmas(cast: Cast) -> None:
    """Two occasions of one friend."""
    for days_ago in (300, 120):
        cast.records.order(cast.person, days_ago, ("BOOKS",), parcel=cast.friend)
        _gift(cast, days_ago, _first_name(cast.friend), "two occasions of one friend")


def marked_as_gift(cast: Cast) -> None:
    """Sent to the customer's own home, but marked as a gift: the recipient is unknown."""
    days_ago = _days_ago(cast)
    cast.records.order(cast.person, days_ago, ("PERFUME",), is_gift=True)
    _gift(cast, days_ago, None, "marked as a gift, handed over in person")


def from_two_people(cast: Cast) -> None:
    """Two customers send gifts to one grandmother."""
    friend = cast.friend
    for person in (cast.person, cast.neighbour):
        cast.records.order(person, 200, ("SCARVES",), parcel=friend)
        _gift(cast, 200, _first_name(friend), "one recipient, two givers", person=person)


def partly_returned(cast: Cast) -> None:
    """One of two items came back, the other was kept."""
    days_ago = _days_ago(cast)
    order = cast.records.order(cast.person, days_ago, ("BOOKS", *_toy(cast)), parcel=cast.friend)
    cast.records.send_back(order, days_ago - 10)
    _gift(cast, days_ago, _first_name(cast.friend), "half of the gift was kept")


def own_address_in_another_spelling(cast: Cast) -> None:
    """Sent to the partner at the same home, in one of many spellings."""
    street, code, city = (
        cast.person.address.street,
        cast.person.address.postal_code,
        cast.person.address.city,
    )
    short = street
    for word, letter in {"katu": "k.", "tie": "t.", "gatan": "g.", "vägen": "v."}.items():
        short = short.replace(f"{word} ", f"{letter} ")
    spellings = (
        Address(street.upper(), code, city.upper()),
        Address(street.translate(PLAIN), code, city.translate(PLAIN)),
        Address(f"  {street.replace(' ', '   ')},", f"FI-{code.replace(' ', '')}", city),
        Address(short, code, "Helsingfors"),
        Address(street.replace(" ", "\u00a0"), code.replace(" ", ""), city),
    )
    spelling = spellings[cast.round % len(spellings)]
    cast.records.order(cast.person, 150, _toy(cast), parcel=Parcel("Kaino Puoliso", spelling))
    _no_gift(cast, "the customer's own address in another spelling")


def toy_for_ones_own_child(cast: Cast) -> None:
    """A toy sent to the customer's own home."""
    cast.records.order(cast.person, _days_ago(cast), _toy(cast))
    _no_gift(cast, "a toy for the customer's own child")


def returned(cast: Cast) -> None:
    """The friend's gift came back."""
    order = cast.records.order(cast.person, _days_ago(cast), _toy(cast), parcel=cast.friend)
    cast.records.send_back(order, _days_ago(cast) - 8)
    _no_gift(cast, "the gift came back")


def cancelled(cast: Cast) -> None:
    """The gift was cancelled after it had been packed."""
    days_ago = _days_ago(cast)
    order = cast.records.order(cast.person, days_ago, _toy(cast), status="cancelled")
    cast.records.ship(order, cast.friend, cast.records.moment(days_ago))
    _no_gift(cast, "the order was cancelled")


def not_yet_packed(cast: Cast) -> None:
    """The gift ships after the night has begun, so its address is not known yet."""
    cast.records.order(cast.person, 1, _toy(cast), parcel=cast.friend, hour=20)
    _no_gift(cast, "the parcel ships after the night has begun")


def pick_up_point(cast: Cast) -> None:
    """Sent to a pick-up point, for the customer and for others in the household."""
    for days_ago, first_name in ((90, cast.person.first_name), (80, "Kaino"), (70, "Sisko")):
        name = f"{first_name} {cast.person.last_name}"
        parcel = Parcel(name, PICK_UP_POINT)
        cast.records.order(cast.person, days_ago, _toy(cast), parcel=parcel)
    _no_gift(cast, "a pick-up point that many people use")


def moved_house(cast: Cast) -> None:
    """Parcels for both partners at their previous home."""
    old = cast.place("Vanhatie")
    cast.records.order(cast.person, 600, _toy(cast), parcel=Parcel(cast.person.name, old))
    cast.records.order(cast.person, 580, ("BOOKS",), parcel=Parcel("Kaino Puoliso", old))
    _no_gift(cast, "the customer's previous home")


def to_the_workplace(cast: Cast) -> None:
    """Sent to the customer's company, with and without the customer's own name."""
    office = cast.place("Konttorikatu")
    reached = Parcel("Pohjan Puu Oy", office)
    cast.records.order(cast.person, 90, ("GROUND COFFEE",), parcel=reached)
    if cast.round % 2:
        both = Parcel(f"Pohjan Puu Oy / {cast.person.name}", office)
        cast.records.order(cast.person, 60, ("GROUND COFFEE",), parcel=both)
    _no_gift(cast, "the customer's workplace")


def to_the_cottage(cast: Cast) -> None:
    """Sent to the customer at another address, with the name written as people write it."""
    person = cast.person
    names = (
        f"{person.last_name} {person.first_name}",
        f"{person.first_name[0]}. {person.last_name}",
        person.name.upper().translate(PLAIN),
        f"{person.first_name} Maria {person.last_name}",
    )
    parcel = Parcel(names[cast.round % len(names)], cast.place("Rantapolku"))
    cast.records.order(person, 120, ("BOOKS",), parcel=parcel)
    _no_gift(cast, "the customer at another address")


STORIES = (
    to_a_friend,
    every_year,
    birthday_and_christmas,
    marked_as_gift,
    from_two_people,
    partly_returned,
    own_address_in_another_spelling,
    toy_for_ones_own_child,
    returned,
    cancelled,
    not_yet_packed,
    pick_up_point,
    moved_house,
    to_the_workplace,
    to_the_cottage,
)
