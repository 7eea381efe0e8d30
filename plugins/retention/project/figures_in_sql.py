"""How a language writes figures and joins texts, as SQL: Unicode CLDR's ways, spelt for PostgreSQL.

`{value}`, `{amount}` and other names in braces stand for the models' own SQL.
"""

from __future__ import annotations

import re
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from babel.dates import tokenize_pattern

if TYPE_CHECKING:
    from babel import Locale

NO_BREAK = "\u00a0"
NAMED = re.compile(r"\{(\w+)\}")
# PostgreSQL's words for CLDR's fields that are figures.
FIGURES = {
    "d": "FMDD", "dd": "DD", "M": "FMMM", "MM": "MM", "y": "YYYY", "yy": "YY",
    "H": "FMHH24", "HH": "HH24", "mm": "MI",
}  # fmt: skip
MONTHS = {
    "MMM": ("format", "abbreviated"), "MMMM": ("format", "wide"),
    "LLL": ("stand-alone", "abbreviated"), "LLLL": ("stand-alone", "wide"),
}  # fmt: skip


def text_in_sql(text: str) -> str:
    """Return a text with `{names}` as SQL that joins it."""
    parts = NAMED.split(text)  # texts, and between them names
    quoted = (_quoted(part) if part else "" for part in parts[::2])
    named = (f"{{{part}}}" for part in parts[1::2])
    return " || ".join(filter(None, chain.from_iterable(zip_longest(quoted, named))))


def date_in_sql(pattern: str, locale: Locale) -> str:
    """Return a date or a moment, `{value}`, by a pattern of CLDR's.

    Raises:
        ValueError: PostgreSQL has nothing for a part of the pattern.
    """
    parts: list[str] = []
    format_ = ""
    for kind, value in tokenize_pattern(pattern):
        field = str(value[0]) * int(value[1]) if kind == "field" else ""
        if field in MONTHS:
            parts += [*_formatted(format_), _month(*MONTHS[field], locale)]
            format_ = ""
        elif not field:
            format_ += _literal(str(value))
        elif field in FIGURES:
            format_ += FIGURES[field]
        else:
            known = ", ".join((*FIGURES, *MONTHS))
            message = f"dates: '{field}' is not known here; there are {known}"
            raise ValueError(message)
    return " || ".join([*parts, *_formatted(format_)])


def _formatted(format_: str) -> list[str]:
    return [f"to_char({{value}}, {_quoted(format_)})"] if format_ else []


def _month(context: str, width: str, locale: Locale) -> str:
    names = (_quoted(locale.months[context][width][month]) for month in range(1, 13))
    return f"(array[{', '.join(names)}])[extract(month from {{value}})::int]"


def _literal(text: str) -> str:
    """Return a text as PostgreSQL's formats of dates have it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def money_in_sql(locale: Locale) -> str:
    """Return an `{amount}` with its `{currency}`; a whole amount without decimals.

    Raises:
        ValueError: the language does not group figures by thousands.
    """
    pattern = locale.currency_formats["standard"]
    if pattern.grouping != (3, 3):
        message = f"cldr: amounts of {locale} are not grouped by thousands"
        raise ValueError(message)
    figures = "replace(to_char({amount}, 'FM999,999,999,990.00'), '.00', '')"
    marks = _mark(locale, "group") + _mark(locale, "decimal")
    if marks != ",.":
        figures = f"translate({figures}, ',.', {_quoted(marks)})"
    before = _currency(pattern.prefix[0], locale, is_before=True)
    after = _currency(pattern.suffix[0], locale, is_before=False)
    return " || ".join(filter(None, (before, figures, after)))


def _currency(affix: str, locale: Locale, *, is_before: bool) -> str:
    """Return what stands before or after the figures, mostly the currency.

    Letters keep a space to the figures, as CLDR says and `babel` does not.
    """
    if "¤" not in affix:
        return _quoted(affix) if affix else ""
    touches = affix.endswith("¤") if is_before else affix.startswith("¤")

    def filled(sign: str, *, has_letter: bool) -> str:
        space = NO_BREAK if touches and has_letter else ""
        return text_in_sql(affix.replace("¤", f"{sign}{space}" if is_before else f"{space}{sign}"))

    cases = " ".join(
        f"when {_quoted(code)} then"
        f" {filled(sign, has_letter=sign[-1 if is_before else 0].isalpha())}"
        for code, sign in sorted(locale.currency_symbols.items())
        if sign != code
    )
    return f"case {{currency}} {cases} else {filled('{currency}', has_letter=True)} end"


def decimal_in_sql(locale: Locale) -> str:
    """Return a `{number}` with the language's decimal mark."""
    mark = _mark(locale, "decimal")
    return "{number}::text" if mark == "." else f"replace({{number}}::text, '.', {_quoted(mark)})"


def list_in_sql(locale: Locale) -> str:
    """Return an array of at least two texts, `{names}`, as a list in a sentence."""
    between = {
        key: pattern.removeprefix("{0}").removesuffix("{1}")
        for key, pattern in locale.list_patterns["standard"].items()
    }
    last = _quoted(between["end"])
    if between["2"] != between["end"]:
        last = f"case cardinality({{names}}) when 2 then {_quoted(between['2'])} else {last} end"
    middle = _quoted(between["middle"])
    first = f"array_to_string(({{names}})[1:cardinality({{names}}) - 1], {middle})"
    return f"{first} || {last} || ({{names}})[cardinality({{names}})]"


def _mark(locale: Locale, name: str) -> str:
    return str(locale.number_symbols[locale.default_numbering_system][name])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
