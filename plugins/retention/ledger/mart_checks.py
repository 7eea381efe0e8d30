"""Records which marts passed their checks on which night, and how large they usually are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from retention.database import only_row
from retention.ledger.statements import execute

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    import psycopg

USUAL_NIGHTS = 7  # a week has each weekday once


@dataclass(frozen=True)
class MartCheck:
    """Whether a mart was plausible on a night; `failures` has a sentence for each failed check."""

    night: date
    mart: str
    passed: bool
    row_count: int
    failures: list[str]
    checked_at: datetime


def record_mart_check(  # noqa: PLR0913, PLR0917 - one argument a column
    connection: psycopg.Connection,
    night: date,
    mart: str,
    passed: bool,  # noqa: FBT001 - the column's name says what it means
    row_count: int,
    failures: Sequence[object],
    checked_at: datetime,
) -> None:
    """Record the check of a mart on a night; a repeated check replaces the earlier one.

    Args:
        connection: an open connection.
        night: local date of the night.
        mart: name of the dbt model.
        passed: whether every critical expectation passed.
        row_count: number of rows of the mart.
        failures: what failed, as values that JSON can represent; empty when nothing did.
        checked_at: the time of the check, aware.

    Raises:
        LedgerConstraintError: the check failed, but `failures` is empty.
    """
    execute(
        connection,
        "record_mart_check",
        night=night,
        mart=mart,
        passed=passed,
        row_count=row_count,
        failures=Jsonb(list(failures)),
        checked_at=checked_at,
    )


def usual_row_count(connection: psycopg.Connection, mart: str, night: date) -> int | None:
    """Return the median row count of the mart's last seven passed nights before `night`.

    For an even number of nights it is the lower of the two middle counts, so that the count is a
    real one. None when no earlier night passed.
    """
    cursor = execute(
        connection, "find_usual_row_count", mart=mart, night=night, nights=USUAL_NIGHTS
    )
    return cast("int | None", only_row(cursor).usual_row_count)


def list_mart_checks(connection: psycopg.Connection, nights: int) -> list[MartCheck]:
    """Return the checks of the last `nights` nights that were checked, newest first, by mart."""
    rows = class_row(MartCheck)
    return execute(connection, "list_mart_checks", rows=rows, nights=nights).fetchall()


def find_passed_marts(connection: psycopg.Connection, night: date) -> list[str]:
    """Return the names of the marts that passed their check on a night."""
    rows = execute(connection, "find_passed_marts", night=night)
    return [row.mart for row in rows]
