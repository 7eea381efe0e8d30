"""The languages that a support agent may read, and how figures, dates and lists are said there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    Number = int | float | Decimal

NO_BREAK = "\u00a0"  # a space at which no line ends, as between a number and its unit
FROM_TO = "\u2013"  # the dash of ranges
TIMES = "\u00d7"
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
SYMBOLS = {"EUR": "\u20ac", "GBP": "\u00a3", "USD": "$"}


class Locale(StrEnum):
    """What `--locale` may be."""

    EN = "en"
    FI = "fi"


@dataclass(frozen=True)
class Language:
    """How one language says figures.

    Attributes:
        percent: a pattern, as are money, hour, hours, ago and pieces; `{}` stands for the figures.
        units: of "1 day" and "2 days", of "1 week" and "2 weeks", and of "2 months".
        every_one: "every day" and "every week".
        every: "every 3 weeks"; `{}` is the number, and one pattern each for days, weeks and months.
        pieces: how many of a product.
    """

    locale: Locale
    decimal_mark: str
    thousands_mark: str
    percent: str
    under_one_percent: str
    over_99_percent: str
    money: str
    hour: str
    hours: str
    conjunction: str
    yes_no: tuple[str, str]
    units: tuple[tuple[str, str], tuple[str, str], tuple[str, str]]
    every_one: tuple[str, str]
    every: tuple[str, str, str]
    today_yesterday: tuple[str, str]
    ago: str
    pieces: str
    order: str
    more: str

    def number(self, value: Number, decimals: int) -> str:
        """Return a number rounded to so many decimals, in groups of three digits."""
        text = f"{value:,.{decimals}f}"
        marks = {",": self.thousands_mark, ".": self.decimal_mark}
        return text.translate(str.maketrans(marks))

    def day(self, day: date) -> str:
        """Return a date as it is written in running text."""
        if self.locale is Locale.FI:
            return f"{day.day}.{day.month}.{day.year}"
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"

    def list_of(self, texts: Sequence[str]) -> str:
        """Return texts as a list in a sentence: `a, b and c`."""
        *first, last = texts
        return f"{', '.join(first)} {self.conjunction} {last}" if first else last


ENGLISH = Language(
    locale=Locale.EN,
    decimal_mark=".",
    thousands_mark=",",
    percent="{}%",
    under_one_percent="under 1%",
    over_99_percent="over 99%",
    money="{symbol}{amount}",
    hour="{:02}:00",
    hours=f"{{:02}}:00{FROM_TO}{{:02}}:00",
    conjunction="and",
    yes_no=("yes", "no"),
    units=(("day", "days"), ("week", "weeks"), ("month", "months")),
    every_one=("every day", "every week"),
    every=("every {} days", "every {} weeks", "every {} months"),
    today_yesterday=("today", "yesterday"),
    ago="{} ago",
    pieces=f"{TIMES}{NO_BREAK}{{}}",
    order="order",
    more="and {} more",
)
FINNISH = Language(
    locale=Locale.FI,
    decimal_mark=",",
    thousands_mark=NO_BREAK,
    percent=f"{{}}{NO_BREAK}%",
    under_one_percent=f"alle 1{NO_BREAK}%",
    over_99_percent=f"yli 99{NO_BREAK}%",
    money=f"{{amount}}{NO_BREAK}{{symbol}}",
    hour=f"klo{NO_BREAK}{{}}",
    hours=f"klo{NO_BREAK}{{}}{FROM_TO}{{}}",
    conjunction="ja",
    yes_no=("kyllä", "ei"),
    units=(("päivä", "päivää"), ("viikko", "viikkoa"), ("kuukausi", "kuukautta")),
    every_one=("joka päivä", "joka viikko"),
    every=("{} päivän välein", "{} viikon välein", "{} kuukauden välein"),
    today_yesterday=("tänään", "eilen"),
    ago="{} sitten",
    pieces=f"{{}}{NO_BREAK}kpl",
    order="tilaus",
    more="ja vielä {}",
)
LANGUAGES = {language.locale: language for language in (ENGLISH, FINNISH)}
