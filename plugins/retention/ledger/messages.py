"""Plans messages, expires late ones, and counts them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import args_row, class_row

from retention.database import only_row
from retention.ledger.statements import execute

if TYPE_CHECKING:
    from datetime import date, datetime

    import psycopg

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class EnqueueCounts:
    """The messages for the night's `send` decisions.

    Attributes:
        inserted: planned now.
        already_there: existed before, in any state; not changed.
        expired: too late when they were enqueued; recorded as expired, never sent.
    """

    inserted: int
    already_there: int
    expired: int


def enqueue_messages(connection: psycopg.Connection, night: date, now: datetime) -> EnqueueCounts:
    """Plan a message for each recorded `send` decision of the night.

    However often this runs, there is at most one message per campaign, customer and occasion. A
    decision whose `not_after` is not after `now` becomes an expired message, which is visible but
    never sent. Only an expired message may be planned again, by a later decision on the same
    occasion: it never left, so nobody can get it twice. Planned messages that are too late are
    therefore expired first.

    Raises:
        LedgerConstraintError: a decision violates a constraint of `ledger.messages`; none is
            enqueued.
    """
    expire_messages(connection, now)
    cursor = execute(
        connection, "enqueue_messages", rows=class_row(EnqueueCounts), night=night, now=now
    )
    counts = only_row(cursor)
    log.info(
        "night %s: %d messages planned, %d already there, %d expired",
        night,
        counts.inserted,
        counts.already_there,
        counts.expired,
    )
    return counts


def expire_messages(connection: psycopg.Connection, now: datetime) -> int:
    """Expire planned messages whose `not_after` has passed; return how many."""
    return execute(connection, "expire_messages", now=now).rowcount


def count_messages(connection: psycopg.Connection, night: date | None = None) -> dict[str, int]:
    """Return the number of messages by state; of one night if it is given."""
    rows = execute(connection, "count_messages", night=night)
    return {row.state: row.message_count for row in rows}


def count_due_messages(connection: psycopg.Connection, now: datetime, due_until: datetime) -> int:
    """Return how many planned messages are to arrive before `due_until` (aware)."""
    rows = args_row(int)
    return only_row(
        execute(connection, "count_due_messages", rows=rows, now=now, due_until=due_until)
    )
