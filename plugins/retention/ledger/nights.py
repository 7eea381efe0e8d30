"""Records the runs of nights: when each started, and whether it planned its messages."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import args_row, class_row

from retention.ledger.statements import LedgerConstraintError, execute

if TYPE_CHECKING:
    from datetime import date, datetime

    import psycopg


class NightUnknownError(LookupError):
    """A run was never opened."""


class WarehouseNotHeldError(RuntimeError):
    """A run does not hold the warehouse, or no longer does."""


@dataclass(frozen=True)
class Night:
    """One run of a night.

    Attributes:
        night: local date; the data up to its 00:00 counts.
        scheduled_for: the scheduled start (aware); None for a run started by hand.
        opened_at: when it first started (aware); clearing does not change it.
        is_backfill: whether a backfill started it.
        held_at: since when it has held the warehouse (aware); None if it does not hold it.
        newest_enqueued_night: the latest night for which any run has planned messages.
    """

    run_id: str
    night: date
    scheduled_for: datetime | None
    is_dry_run: bool
    opened_at: datetime
    is_backfill: bool = False
    held_at: datetime | None = None
    newest_enqueued_night: date | None = None


def open_night(connection: psycopg.Connection, night: Night) -> None:
    """Record that a run of a night has started; a later start does not change `opened_at`."""
    execute(
        connection,
        "open_night",
        run_id=night.run_id,
        night=night.night,
        scheduled_for=night.scheduled_for,
        is_dry_run=night.is_dry_run,
        is_backfill=night.is_backfill,
        opened_at=night.opened_at,
    )


def hold_warehouse(
    connection: psycopg.Connection, run_id: str, *, now: datetime, believed_since: datetime
) -> str | None:
    """Hold the warehouse for an opened run, unless another run holds it.

    All nights build the same tables, so two nights at once would mix their rows.

    Args:
        connection: an open connection.
        run_id: an opened run; if it already holds the warehouse, it keeps it.
        now: the current time.
        believed_since: a run that took the warehouse before this time (aware) is assumed dead, and
            loses it.

    Returns:
        The id of the run that holds the warehouse; None if it was freed just now: try again.
    """
    with suppress(LedgerConstraintError), connection.transaction():
        execute(connection, "free_lost_warehouse", believed_since=believed_since)
        # If two runs do this at once, the index admits one.
        execute(connection, "hold_warehouse", run_id=run_id, now=now)
    return execute(connection, "find_holding_run", rows=args_row(str)).fetchone()


def free_warehouse(connection: psycopg.Connection, run_id: str) -> None:
    """Free the warehouse, if the run holds it."""
    execute(connection, "free_warehouse", run_id=run_id)


def find_holder(connection: psycopg.Connection, run_id: str) -> Night:
    """Return the run named `run_id`, which must hold the warehouse.

    Raises:
        NightUnknownError: no such run was opened.
        WarehouseNotHeldError: it does not hold the warehouse, or has lost it.
    """
    night = find_night(connection, run_id)
    if night.held_at is None:
        message = (
            f"run '{run_id}' does not hold the warehouse, or no longer does, so its tables may be"
            " another night's: clear the run from its first task, open_night"
        )
        raise WarehouseNotHeldError(message)
    return night


def find_night(connection: psycopg.Connection, run_id: str) -> Night:
    """Return the run named `run_id`.

    Raises:
        NightUnknownError: no such run was opened.
    """
    found = execute(connection, "find_night", rows=class_row(Night), run_id=run_id).fetchone()
    if found is None:
        message = f"run '{run_id}' was never opened: start it from its first task, open_night"
        raise NightUnknownError(message)
    return found


def close_night(
    connection: psycopg.Connection, run_id: str, withheld_reason: str | None, now: datetime
) -> None:
    """Record that the run planned its messages, or the reason why it did not."""
    execute(connection, "close_night", run_id=run_id, withheld_reason=withheld_reason, now=now)
