"""Finds the night to compare with: the one whose tables are in the warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
from psycopg.rows import scalar_row

from retention.database import load_statement, only_row

if TYPE_CHECKING:
    from datetime import date

PACKAGE = "retention.workbench.diff"


class NothingToCompareError(LookupError):
    """The night's tables are missing, or their night is unknown; the message says what to do."""


@dataclass(frozen=True)
class ComparedNight:
    """The night that an edited campaign is compared with.

    Attributes:
        night: local date.
        notes: caveats for the reader, in sentences.
    """

    night: date
    notes: tuple[str, ...] = ()


def find_compared_night(connection: psycopg.Connection) -> ComparedNight:
    """Return the night whose decisions are in the warehouse.

    Raises:
        NothingToCompareError: there is none, or a night is being computed right now.
    """
    cursor = connection.cursor(row_factory=scalar_row)
    try:
        _require_quiet(connection)
        nights = cursor.execute(load_statement(PACKAGE, "find_decided_nights")).fetchall()
        recorded = cursor.execute(load_statement(PACKAGE, "find_recorded_night")).fetchone()
        strays = only_row(cursor.execute(load_statement(PACKAGE, "count_unmatched_candidates")))
    except psycopg.errors.UndefinedTable as error:
        message = (
            f"the night was never built here ({error.diag.message_primary}): run one, or"
            " `retention migrate` and `dbt build --target night --vars '{as_of: \"...\"}'`"
        )
        raise NothingToCompareError(message) from error
    if len(nights) != 1:
        message = (
            "decisions.decisions is empty, so its night is unknown: first run a night that finds"
            " somebody"
        )
        raise NothingToCompareError(message)
    return ComparedNight(nights[0], tuple(_notes(nights[0], recorded, strays)))


def _require_quiet(connection: psycopg.Connection) -> None:
    holder = connection.execute(load_statement(PACKAGE, "find_computing_run")).fetchone()
    if holder:
        run_id, night = holder
        message = (
            f"run '{run_id}' is computing the night {night} right now, which changes"
            " the tables: try again when it is done"
        )
        raise NothingToCompareError(message)


def _notes(night: date, recorded: date | None, strays: int) -> list[str]:
    notes = []
    if recorded is None:
        notes.append(f"The ledger has recorded no night; the night's tables are from {night}.")
    elif recorded != night:
        notes.append(
            f"The night's tables are from {night}, not from the last recorded night, {recorded}:"
            f" another night was computed since. This comparison is with {night}."
        )
    if strays:
        notes.append(
            f"The night's campaigns and decisions do not match ({strays} candidates on one side"
            " only): something was built after the night. Run the night again to be sure."
        )
    return notes
