"""Sentences with named values, such as `Due on {due_date:day}.`, as the marts' YAML writes them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING, Any

from retention.workbench.explain.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retention.workbench.explain.readers import Reader


@dataclass(frozen=True)
class Named:
    """A value that a sentence names.

    Attributes:
        before: the words that stand before it.
        column: of the mart; None after the last value.
        kind: how it is said, one of `KINDS`.
    """

    before: str
    column: str | None
    kind: str


@cache
def parse(sentence: str) -> tuple[Named, ...]:
    """Return the values that a sentence names, each with the words before it.

    Raises:
        ValueError: a brace has no partner, no column is named, or the kind is not known.
    """
    try:
        parts = list(Formatter().parse(sentence))
    except ValueError:
        message = "a brace has no partner; values are named as {column:kind}"
        raise ValueError(message) from None
    for _, column, kind, conversion in parts:
        if column is not None:
            _check_named(column, kind, conversion)
    return tuple(Named(before, column, kind or "") for before, column, kind, _ in parts)


def columns_of(sentence: str) -> dict[str, str]:
    """Return the columns that a sentence names, with the kind of each."""
    return {part.column: part.kind for part in parse(sentence) if part.column is not None}


def tell(sentence: str, row: Mapping[str, Any], reader: Reader) -> str | None:
    """Return the sentence for a row, in the reader's language; None when it names a null.

    Args:
        sentence: one that `parse` accepts, in the reader's language.
        row: the mart's row by column.
        reader: for whom.
    """
    told = []
    for part in parse(sentence):
        told.append(part.before)
        if part.column is not None:
            value = row[part.column]
            if value is None or value == []:
                return None
            told.append(KINDS[part.kind].tell(value, reader))
    text = "".join(told).strip()
    return text[:1].upper() + text[1:]


def _check_named(column: str, kind: str | None, conversion: str | None) -> None:
    if not column.isidentifier() or conversion:
        message = f"'{{{column}}}' names no column; values are named as {{column:kind}}"
        raise ValueError(message)
    if (kind or "") not in KINDS:
        known = ", ".join(filter(None, KINDS))
        message = f"{{{column}:{kind}}}: this kind is not known; the kinds are {known}"
        raise ValueError(message)
