"""Made-up names, addresses, languages and consents, which the public data lack.

Everything is drawn from a hash of the household id, so a household is the same person on every
machine and every night. None of these people exist; mail goes to `example.com`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

GIVEN_NAMES = {
    "fi": (
        "Aino", "Eero", "Elina", "Eetu", "Hanna", "Heikki", "Helmi", "Ilona", "Jari", "Johanna",
        "Juhani", "Kaisa", "Kalle", "Leena", "Liisa", "Matti", "Mikko", "Oona", "Onni", "Päivi",
        "Pekka", "Petri", "Riikka", "Saara", "Sanna", "Sofia", "Tapio", "Tuomas", "Veera", "Ville",
    ),
    "en": (
        "Alice", "Amelia", "Arthur", "Ben", "Charlotte", "Daniel", "Edith", "Emma", "Frank",
        "George", "Grace", "Harry", "Isla", "Jack", "James", "Kate", "Leo", "Lucy", "Mary", "Noah",
        "Oliver", "Oscar", "Paula", "Rose", "Ruth", "Sam", "Sophie", "Thomas", "Victor", "Wendy",
    ),
}  # fmt: skip
FAMILY_NAMES = {
    "fi": (
        "Aalto", "Hakala", "Heikkinen", "Hämäläinen", "Järvinen", "Karjalainen", "Koskinen",
        "Laine", "Lehtonen", "Mäkelä", "Mäkinen", "Nieminen", "Niemi", "Rantanen", "Saarinen",
        "Salminen", "Salo", "Tuominen", "Turunen", "Virtanen",
    ),
    "en": (
        "Adams", "Baker", "Brown", "Carter", "Clark", "Cooper", "Davies", "Evans", "Green", "Hall",
        "Hughes", "Johnson", "Lewis", "Morgan", "Parker", "Smith", "Taylor", "Walker", "White",
        "Young",
    ),
}  # fmt: skip
STREETS = ("Koivukatu", "Kuusitie", "Männikkötie", "Pihlajakatu", "Rantatie", "Satamakatu")
CITIES = (
    ("Helsinki", "00100"), ("Espoo", "02100"), ("Tampere", "33100"), ("Vantaa", "01300"),
    ("Oulu", "90100"), ("Turku", "20100"), ("Jyväskylä", "40100"), ("Lahti", "15110"),
    ("Kuopio", "70100"), ("Pori", "28100"),
)  # fmt: skip
PLAIN_LETTERS = str.maketrans("äöåÄÖÅ", "aoaAOA")

FINNISH_SHARE = 0.6
OFFERS_SHARE = 0.85
REMINDERS_SHARE = 0.90


@dataclass(frozen=True)
class Person:
    """The made-up person of one household."""

    household_id: int
    first_name: str
    last_name: str
    locale: str
    street: str
    postal_code: str
    city: str
    consents: dict[str, bool]

    @property
    def email(self) -> str:
        """A unique address under `example.com`."""
        name = f"{self.first_name}.{self.last_name}".translate(PLAIN_LETTERS).lower()
        return f"{name}.{self.household_id}@example.com"


def person_of(household_id: int) -> Person:
    """Return the person of `household_id`, always the same one."""
    locale = "fi" if _share(household_id, "locale") < FINNISH_SHARE else "en"
    city, postal_code = _pick(household_id, "city", CITIES)
    return Person(
        household_id=household_id,
        first_name=_pick(household_id, "first_name", GIVEN_NAMES[locale]),
        last_name=_pick(household_id, "last_name", FAMILY_NAMES[locale]),
        locale=locale,
        street=f"{_pick(household_id, 'street', STREETS)} {1 + household_id % 97}",
        postal_code=postal_code,
        city=city,
        consents={
            "offers": _share(household_id, "offers") < OFFERS_SHARE,
            "reminders": _share(household_id, "reminders") < REMINDERS_SHARE,
        },
    )


def _share(household_id: int, topic: str) -> float:
    """Return a number in [0, 1) that depends only on the household and the topic."""
    digest = hashlib.blake2b(f"{topic}:{household_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def _pick(household_id: int, topic: str, choices: tuple[T, ...]) -> T:
    return choices[int(_share(household_id, topic) * len(choices))]
