"""Remembers the runs of nights: when each was begun, and whether it planned its messages."""

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
    """A run asks for a night that was never opened."""


class WarehouseNotHeldError(RuntimeError):
    """A run works on the warehouse without having it to itself."""


@dataclass(frozen=True)
class Night:
    """One run of a night.

    Attributes:
        night: local date; everything before its 00:00 is known.
        scheduled_for: when the schedule wanted it (aware), None for a run by hand.
        opened_at: when it was first begun (aware); clearing does not change it.
        is_backfill: whether a backfill started it.
        held_at: since when it has had the warehouse to itself (aware); None when it has not.
        newest_enqueued_night: the latest night that any run has planned messages for.
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
    """Note that a run of a night has begun; once begun, it keeps its first beginning."""
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
    """Give the warehouse to an opened run unless another run has it; return the one that has it.

    None when that one has just given it back: ask again.

    All nights build the same tables, so two that were built at once would be mixed.

    Args:
        connection: an open connection.
        run_id: an opened run; one that has it already keeps it.
        now: the present moment, aware.
        believed_since: a run that took it before then died without giving it back.
    """
    with suppress(LedgerConstraintError), connection.transaction():
        execute(connection, "free_lost_warehouse", believed_since=believed_since)
        # Of two that come at once the index lets one through.
        execute(connection, "hold_warehouse", run_id=run_id, now=now)
    return execute(connection, "find_holding_run", rows=args_row(str)).fetchone()


def free_warehouse(connection: psycopg.Connection, run_id: str) -> None:
    """Give the warehouse back; nothing happens when the run does not have it."""
    execute(connection, "free_warehouse", run_id=run_id)


def find_holder(connection: psycopg.Connection, run_id: str) -> Night:
    """Return the run named `run_id`, which must have the warehouse to itself.

    Raises:
        NightUnknownError: no such run was opened.
        WarehouseNotHeldError: it does not have it, or has lost it.
    """
    night = find_night(connection, run_id)
    if night.held_at is None:
        message = (
            f"run '{run_id}' does not have the warehouse to itself (any more), so its tables may"
            " be another night's: clear the run from its first task, open_night"
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
    """Note that the run planned its messages at `now`, or the reason why it did not."""
    execute(connection, "close_night", run_id=run_id, withheld_reason=withheld_reason, now=now)
