"""Imports the merchant's own codes from a CSV file: `code,currency,amount,expires_date`."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date  # noqa: TC003 - pydantic reads it
from decimal import Decimal  # noqa: TC003
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from retention.ledger.gift_card_pool import PoolCode, add_pool_codes
from retention.project.strict_model import SettingsError, StrictModel, explain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    import psycopg

LEAST_CHARACTERS, MOST_CHARACTERS = 12, 64


class PoolFileError(SettingsError):
    """A file of codes is invalid; every problem has its line, and none shows a code."""


def _sound(code: str) -> str:
    bare = bare_code(code)
    if not re.fullmatch(r"[A-Z0-9]+", bare):
        message = "a code consists of letters A to Z, digits, hyphens and blanks"
        raise ValueError(message)
    if not LEAST_CHARACTERS <= len(bare) <= MOST_CHARACTERS:
        message = (
            f"a code has {LEAST_CHARACTERS} to {MOST_CHARACTERS} letters and digits, this one"
            f" {len(bare)}; shorter ones can be guessed"
        )
        raise ValueError(message)
    return code


class PoolRow(StrictModel):
    """One line of the file.

    Attributes:
        code: the code as shown to the customer.
        currency: ISO 4217.
        amount: its value in the merchant's own system.
        expires_date: last date on which that system accepts it; empty for no end.
    """

    code: Annotated[str, AfterValidator(_sound)]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    amount: Annotated[Decimal, Field(gt=0, decimal_places=2, max_digits=12)]
    expires_date: Annotated[date | None, BeforeValidator(lambda text: text or None)]


@dataclass(frozen=True)
class Imported:
    """Result of an import: number of new codes, and lines of codes that were known before."""

    added: int
    known_lines: tuple[int, ...]


def import_codes(connection: psycopg.Connection, file: Path, now: datetime) -> Imported:
    """Add the codes of a file to the pool: all of them, or none if a line is invalid.

    The file is UTF-8, with the column names on its first line. Codes that the ledger already knows
    are not changed, so the same file can be imported again.

    Raises:
        PoolFileError: lines are invalid; the message lists all of them.
    """
    codes = read_codes(file)
    if not codes:
        return Imported(0, ())
    known = add_pool_codes(connection, codes, now)
    return Imported(len(codes) - len(known), tuple(known))


def read_codes(file: Path) -> list[PoolCode]:
    """Read a file of codes.

    Raises:
        PoolFileError: lines are invalid; the message lists all of them.
    """
    codes: list[PoolCode] = []
    problems: list[str] = []
    first: dict[str, int] = {}
    for number, values in _lines(file):
        try:
            row = _row(values)
        except SettingsError as error:
            problems += [f"{file.name}, line {number}: {problem}" for problem in error.problems]
            continue
        earlier = first.setdefault(bare_code(row.code), number)
        if earlier != number:
            problems.append(f"{file.name}, line {number}: the code is already on line {earlier}")
        codes.append(PoolCode(number, row.code, row.currency, row.amount, row.expires_date))
    if problems:
        raise PoolFileError(*problems)
    return codes


def bare_code(code: str) -> str:
    """Return the code in upper case, as `ledger.hash_gift_card_code`: no blanks and hyphens."""
    return code.replace(" ", "").replace("-", "").upper()


def _lines(file: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        message = f"{file} cannot be read as UTF-8 text: {error}"
        raise PoolFileError(message) from error
    rows = csv.reader(text.splitlines())
    header = next(rows, [])
    if header != list(PoolRow.model_fields):
        columns = ",".join(PoolRow.model_fields)
        message = f"{file.name}, line 1: the first line must be {columns}"
        raise PoolFileError(message)
    for values in rows:
        if values:
            yield rows.line_num, values


def _row(values: list[str]) -> PoolRow:
    columns = PoolRow.model_fields
    if len(values) != len(columns):
        message = f"{len(values)} values for {len(columns)} columns"
        raise PoolFileError(message)
    try:
        return PoolRow.model_validate(dict(zip(columns, values, strict=True)))
    except ValidationError as error:
        raise PoolFileError(*explain(error, PoolRow)) from None
