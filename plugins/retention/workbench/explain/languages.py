"""The languages that a support agent may read, and how figures, dates and lists are said there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from babel.lists import format_list
from babel.numbers import format_currency, format_percent, get_currency_symbol, parse_pattern

from retention.project.words import FOLDER, WordsError, read_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from decimal import Decimal
    from pathlib import Path

    from retention.project.words import Words

    Number = int | float | Decimal

NO_BREAK = "\u00a0"  # a space at which no line ends, as between a number and its unit


@dataclass(frozen=True)
class Language:
    """How one language says things.

    Attributes:
        locale: name of the language's file of words.
        words: the language's words, with a part `explain`.
    """

    locale: str
    words: Words

    @property
    def texts(self) -> Mapping[str, Any]:
        """What the page says, `explain` in the language's words."""
        return self.words.explain or {}

    def say(self, name: str, count: Number = 0, **named: object) -> str:
        """Return how a value reads, by its name below `explain.values`."""
        words = self.texts["values"][name]
        if not isinstance(words, str):
            words = words.get(self.words.locale.plural_form(count), words["other"])
        return str(words.format(count=count, **named))

    def number(self, value: Number, decimals: int) -> str:
        """Return a number rounded to so many decimals."""
        pattern = parse_pattern(self._decimal_pattern)
        pattern.frac_prec = (decimals, decimals)
        return str(pattern.apply(value, self.words.locale))

    def percent(self, share: Number) -> str:
        """Return a share of 1 as a whole percentage."""
        return format_percent(share, locale=self.words.locale)

    def money(self, amount: Number, currency: str) -> str:
        """Return an amount; a sign of letters keeps a space to the figures, as CLDR says.

        Args:
            amount: how much.
            currency: its ISO 4217 code.
        """
        written = format_currency(amount, currency, locale=self.words.locale)
        sign = get_currency_symbol(currency, locale=self.words.locale)
        if written.startswith(sign) and sign[-1].isalpha():
            return f"{sign}{NO_BREAK}{written.removeprefix(sign)}"
        return written

    def day(self, day: date) -> str:
        """Return a date as it is written in running text."""
        return self.words.write_date(day)

    def list_of(self, texts: Sequence[str]) -> str:
        """Return texts as a list in a sentence: `a, b and c`."""
        return format_list(texts, locale=self.words.locale)

    @cached_property
    def _decimal_pattern(self) -> str:
        return str(self.words.locale.decimal_formats[None].pattern)


def read_languages(project: Path) -> dict[str, Language]:
    """Return the languages that support agents may read, by locale.

    Raises:
        WordsError: a file of words is invalid.
    """
    words = read_words(project)
    return {name: Language(name, each) for name, each in words.items() if each.explain}


def read_language(project: Path, locale: str) -> Language:
    """Return a language that a support agent may read.

    Raises:
        WordsError: its words have no part `explain`, or are not what they should be.
    """
    languages = read_languages(project)
    if locale not in languages:
        known = ", ".join(languages)
        message = f"{FOLDER}/{locale}.yml has no `explain`; languages with one: {known}"
        raise WordsError(message)
    return languages[locale]
