"""What becomes of a request that got no answer: proved, cancelled, or given up.

A request is cancelled once SendGrid has confirmed the cancel of its batch: whatever was taken of
it is never released, so its messages may go out again in another batch. SendGrid holds few
cancels at once; each takes one of its cancel slots until its mails' time has passed.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.pq import TransactionStatus
from psycopg.rows import args_row, class_row

from retention.database import only_row
from retention.ledger.acceptance import accept_messages
from retention.ledger.statements import execute
from retention.ledger.states import RELEASED_EVENTS

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import datetime, timedelta
    from uuid import UUID

    import psycopg


@dataclass(frozen=True)
class UnknownRequest:
    """A request of which nobody knows whether SendGrid took it.

    Attributes:
        batch_id: its handle at SendGrid.
        submitting_at: committed just before the call (aware).
        first_release_at: when SendGrid would release the first of its mails (aware); None when
            one left at once.
        cancelling_at: since when its cancel is being asked for (aware); None when it is not.
        email: the address of one of its messages; all of a request are taken, or none is.
    """

    request_id: UUID
    batch_id: str
    submitting_at: datetime
    first_release_at: datetime | None
    cancelling_at: datetime | None
    email: str | None


@dataclass(frozen=True)
class HeldCancel:
    """A cancel that takes one of SendGrid's cancel slots.

    Attributes:
        is_silent: whether its worker fell silent, so that it may only have been stopped, and its
            call may be still to come.
        free_from: when its slot may be given back (aware), by SendGrid's clock too.
    """

    request_id: UUID
    batch_id: str
    is_silent: bool
    free_from: datetime


@contextmanager
def reconciling(connection: psycopg.Connection) -> Generator[bool]:
    """Hold the lock of reconciliation, if nobody else does; tell whether."""
    is_locked = only_row(execute(connection, "lock_reconciliation", rows=args_row(bool)))
    try:
        yield is_locked
    finally:
        # A run that was ended amid a statement cannot say so; the lock ends with its connection.
        if is_locked and connection.info.transaction_status is TransactionStatus.IDLE:
            execute(connection, "unlock_reconciliation")


def accept_proved_requests(connection: psycopg.Connection, now: datetime) -> int:
    """Accept the unknown requests that events prove; return how many messages they carry."""
    with connection.transaction():
        proved = execute(
            connection, "accept_proved_requests", released_events=RELEASED_EVENTS, now=now
        ).fetchall()
        return sum(accept_messages(connection, row.request_id, now) for row in proved)


def accept_logged_request(
    connection: psycopg.Connection, request_id: UUID, sendgrid_message_id: str, now: datetime
) -> int:
    """Accept an unknown request that SendGrid's log proves; return how many messages it carries."""
    with connection.transaction():
        accepted = execute(
            connection,
            "accept_logged_request",
            request_id=request_id,
            sendgrid_message_id=sendgrid_message_id,
            now=now,
        )
        if not accepted.rowcount:
            return 0
        return accept_messages(connection, request_id, now)


def find_unknown_requests(connection: psycopg.Connection) -> list[UnknownRequest]:
    """Return the requests without proof either way, the largest first."""
    cursor = execute(connection, "find_unknown_requests", rows=class_row(UnknownRequest))
    return cursor.fetchall()


def begin_cancel(
    connection: psycopg.Connection, request_id: UUID, most_cancels: int, now: datetime
) -> bool:
    """Commit that a cancel is about to be asked for; False when all cancel slots are held."""
    moved = execute(
        connection, "begin_cancel", request_id=request_id, most_cancels=most_cancels, now=now
    )
    return moved.rowcount == 1


def abandon_cancel(connection: psycopg.Connection, request_id: UUID) -> None:
    """Note that SendGrid certainly did not take the cancel."""
    execute(connection, "abandon_cancel", request_id=request_id)


def confirm_cancel(connection: psycopg.Connection, request_id: UUID, now: datetime) -> int:
    """Note that the cancel was confirmed in time; return how many messages are planned again."""
    with connection.transaction():
        if not execute(connection, "confirm_cancel", request_id=request_id, now=now).rowcount:
            return 0
        return execute(connection, "return_messages", request_id=request_id).rowcount


def find_held_cancels(
    connection: psycopg.Connection, held_for: timedelta, held_for_if_silent: timedelta
) -> list[HeldCancel]:
    """Return the cancels that take a slot, the first to be free first.

    Each is held for so long after its last mail's release, longer if its worker fell silent.
    """
    cursor = execute(
        connection,
        "find_held_cancels",
        rows=class_row(HeldCancel),
        held_for=held_for,
        held_for_if_silent=held_for_if_silent,
    )
    return cursor.fetchall()


def free_cancel_slot(connection: psycopg.Connection, request_id: UUID, now: datetime) -> None:
    """Note that SendGrid no longer holds the cancel, so that its slot is free."""
    execute(connection, "free_cancel_slot", request_id=request_id, now=now)


def give_up_requests(
    connection: psycopg.Connection,
    *,
    submitted_before: datetime,
    worthless_before: datetime,
    now: datetime,
) -> tuple[list[UUID], int]:
    """Give up requests for which no event will come any more.

    Args:
        connection: an open connection.
        submitted_before: given up is what was submitted before then (aware) and released before
            `worthless_before`.
        worthless_before: given up is also what was worthless before then (aware).
        now: the present moment, aware.

    Returns:
        The ids of the requests, and how many messages they carry.
    """
    with connection.transaction():
        given_up = execute(
            connection,
            "give_up_requests",
            submitted_before=submitted_before,
            worthless_before=worthless_before,
            now=now,
        ).fetchall()
        request_ids: list[UUID] = [row.request_id for row in given_up]
        moved = execute(connection, "give_up_messages", request_ids=request_ids, now=now)
    return request_ids, moved.rowcount
