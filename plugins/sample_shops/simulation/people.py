"""The simulated shop's customers: Finns, Swedes and English readers. None of them exist."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

from sample_shops.complete_journey.people import (
    CITIES,
    FAMILY_NAMES,
    GIVEN_NAMES,
    PLAIN_LETTERS,
    STREETS,
)

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T")

SWEDISH_GIVEN_NAMES = (
    "Alva", "Anders", "Astrid", "Axel", "Elsa", "Erik", "Freja", "Gustav", "Ingrid", "Karin",
    "Lars", "Linnea", "Maja", "Nils", "Oskar", "Sven", "Tove", "Ulrika", "Vera", "Wilma",
)  # fmt: skip
SWEDISH_FAMILY_NAMES = (
    "Andersson", "Berg", "Blom", "Ek", "Forsberg", "Holm", "Lind", "Lundgren", "Nyström",
    "Sandberg", "Sjöberg", "Åkesson",
)  # fmt: skip
SWEDISH_STREETS = ("Björkgatan", "Granvägen", "Hamngatan", "Strandvägen", "Östra Storgatan")
SWEDISH_CITIES = (
    ("Stockholm", "111 20"), ("Göteborg", "411 03"), ("Malmö", "211 22"), ("Uppsala", "753 10"),
)  # fmt: skip


@dataclass(frozen=True)
class Address:
    """A delivery or billing address."""

    street: str
    postal_code: str
    city: str
    country: str = "FI"


@dataclass(frozen=True)
class Person:
    """One customer.

    Attributes:
        number: position among the customers, from 0.
        birth_date: None where the shop does not know it.
    """

    number: int
    first_name: str
    last_name: str
    locale: str
    time_zone: str
    address: Address
    birth_date: date | None

    @property
    def customer_id(self) -> str:
        """The shop's id of the account."""
        return customer_id(self.number)

    @property
    def name(self) -> str:
        """The whole name, as on a parcel."""
        return f"{self.first_name} {self.last_name}"

    @property
    def email(self) -> str:
        """A unique address under `example.com`."""
        name = f"{self.first_name}.{self.last_name}".translate(PLAIN_LETTERS).lower()
        return f"{name}.{self.number}@example.com"

    def living_at(self, address: Address) -> Person:
        """Return the same person with another billing address."""
        return replace(self, address=address)


def customer_id(number: int) -> str:
    """Return the shop's id of the customer with this number."""
    return f"C{number + 1:06}"


def draw_people(count: int, random: np.random.Generator, night: date) -> list[Person]:
    """Return `count` people; the shop knows the birthday of two in three."""
    draws = random.random((count, 8))
    return [_person(number, list(draw), night) for number, draw in enumerate(draws)]


def _person(number: int, draw: list[float], night: date) -> Person:
    locale, time_zone, first_names, last_names = _language(draw[0])
    is_swede = locale == "sv"
    city, postal_code = _pick(SWEDISH_CITIES if is_swede else CITIES, draw[1])
    street = _pick(SWEDISH_STREETS if is_swede else STREETS, draw[2])
    # The customer's number is in the address, so strangers never share one.
    address = Address(f"{street} {number + 1}", postal_code, city, "SE" if is_swede else "FI")
    return Person(
        number=number,
        first_name=_pick(first_names, draw[3]),
        last_name=_pick(last_names, draw[4]),
        locale=locale,
        time_zone=time_zone,
        address=address,
        birth_date=_birth_date(draw[5], draw[6], night) if draw[7] < 2 / 3 else None,
    )


def _language(share: float) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    if share < 0.6:  # noqa: PLR2004
        return "fi", "Europe/Helsinki", GIVEN_NAMES["fi"], FAMILY_NAMES["fi"]
    if share < 0.8:  # noqa: PLR2004
        return "sv", "Europe/Stockholm", SWEDISH_GIVEN_NAMES, SWEDISH_FAMILY_NAMES
    return "en", "Europe/London", GIVEN_NAMES["en"], FAMILY_NAMES["en"]


def _birth_date(age: float, day: float, night: date) -> date:
    """Return the birth date of a person aged 18 to 80; one in a hundred is a 29 February."""
    year = night.year - 18 - int(age * 62)
    if day < 0.01:  # noqa: PLR2004
        return date(year - year % 4, 2, 29)
    return date(year, 1, 1) + timedelta(days=int(day * 365))


def _pick(choices: tuple[T, ...], share: float) -> T:
    return choices[int(share * len(choices))]
