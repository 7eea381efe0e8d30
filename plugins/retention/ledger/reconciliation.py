"""Settles requests that got no response: accepted by proof, cancelled, or unconfirmed.

A request is cancelled once SendGrid has confirmed the cancel of its batch. No mail of it is then
ever released, so its messages may go out in another batch. SendGrid holds few cancels at once; each
takes a cancel slot until the release time of its mails has passed.
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
    """A request that SendGrid may or may not have taken.

    Attributes:
        batch_id: its batch at SendGrid.
        submitting_at: committed just before the call (aware).
        first_release_at: when SendGrid would release the first of its mails (aware); None when
            one left at once.
        cancelling_at: when its cancel was first requested (aware); None when it was not.
        email: the address of one of its messages; SendGrid takes all messages of a request or none.
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
        is_silent: whether its worker stopped responding; it may only be suspended, and its call
            may still follow.
        free_from: when its slot may be freed (aware), by SendGrid's clock too.
    """

    request_id: UUID
    batch_id: str
    is_silent: bool
    free_from: datetime


@contextmanager
def reconciling(connection: psycopg.Connection) -> Generator[bool]:
    """Try to take the lock of reconciliation; yield whether it was free."""
    is_locked = only_row(execute(connection, "lock_reconciliation", rows=args_row(bool)))
    try:
        yield is_locked
    finally:
        # After an interrupted statement it cannot be unlocked; the lock ends with the connection.
        if is_locked and connection.info.transaction_status is TransactionStatus.IDLE:
            execute(connection, "unlock_reconciliation")


def accept_proved_requests(connection: psycopg.Connection, now: datetime) -> int:
    """Accept the requests that events prove accepted; return how many messages they have."""
    with connection.transaction():
        proved = execute(
            connection, "accept_proved_requests", released_events=RELEASED_EVENTS, now=now
        ).fetchall()
        return sum(accept_messages(connection, row.request_id, now) for row in proved)


def accept_logged_request(
    connection: psycopg.Connection, request_id: UUID, sendgrid_message_id: str, now: datetime
) -> int:
    """Accept a request that SendGrid's log proves accepted; return how many messages it has."""
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
    """Commit that a cancel is about to be requested; return False if all cancel slots are held."""
    moved = execute(
        connection, "begin_cancel", request_id=request_id, most_cancels=most_cancels, now=now
    )
    return moved.rowcount == 1


def abandon_cancel(connection: psycopg.Connection, request_id: UUID) -> None:
    """Record that SendGrid certainly did not accept the cancel."""
    execute(connection, "abandon_cancel", request_id=request_id)


def confirm_cancel(connection: psycopg.Connection, request_id: UUID, now: datetime) -> int:
    """Record that the cancel was confirmed in time; return how many messages are planned again."""
    with connection.transaction():
        if not execute(connection, "confirm_cancel", request_id=request_id, now=now).rowcount:
            return 0
        return execute(connection, "return_messages", request_id=request_id).rowcount


def find_held_cancels(
    connection: psycopg.Connection, held_for: timedelta, held_for_if_silent: timedelta
) -> list[HeldCancel]:
    """Return the cancels that take a slot, the first to be freed first.

    Each is held for `held_for` after the release time of its last mail, or for
    `held_for_if_silent` if its worker stopped responding.
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
    """Record that SendGrid no longer holds the cancel, so that its slot is free."""
    execute(connection, "free_cancel_slot", request_id=request_id, now=now)


def give_up_requests(
    connection: psycopg.Connection,
    *,
    submitted_before: datetime,
    worthless_before: datetime,
    now: datetime,
) -> tuple[list[UUID], int]:
    """Mark unknown requests for which no event is expected any more as unconfirmed.

    Args:
        connection: an open connection.
        submitted_before: requests submitted before this time (aware), and released before
            `worthless_before`, are marked.
        worthless_before: requests whose messages were all worthless before this time (aware) are
            also marked.
        now: the current time.

    Returns:
        The ids of the requests, and how many messages they have.
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
