"""Keeps what SendGrid reports: each event once, whatever the order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import orjson

from retention.ledger.statements import execute
from retention.ledger.suppressions import Report, report_suppressions
from retention.ledger.unsubscribe_groups import find_purposes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    import psycopg

# SendGrid's event and what it says: the scope (None: the purpose of its group), and the list.
SUPPRESSING = {
    "bounce": ("address", "bounces"),
    "spamreport": ("address", "spam_reports"),
    "unsubscribe": ("all", "unsubscribes"),
    "group_unsubscribe": (None, "groups"),
    "group_resubscribe": (None, "groups"),
}
RETURN = "group_resubscribe"
PASSING_BOUNCE = "blocked"  # the server would not take it then; SendGrid goes on writing to it


@dataclass(frozen=True)
class Event:
    """One thing that SendGrid reported.

    Attributes:
        sg_event_id: SendGrid's id of the event; a repeat has the same.
        event: SendGrid's name for it, known to us or not.
        occurred_at: when it happened, aware.
        address: whom it happened to; goes to the suppressions alone.
        group_id: the unsubscribe group it is about.
        details: all else that SendGrid said, without addresses.
    """

    sg_event_id: str
    event: str
    occurred_at: datetime
    message_id: UUID | None = None
    request_id: UUID | None = None
    attempt_id: str | None = None
    sg_message_id: str | None = None
    address: str | None = field(default=None, repr=False)
    group_id: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EventCounts:
    """What became of a post's events: new ones, and those heard before."""

    recorded: int
    repeated: int


def record_events(
    connection: psycopg.Connection, events: Sequence[Event], received_at: datetime
) -> EventCounts:
    """Keep the events, and suppress whom they say must not be written to, in one transaction.

    Args:
        connection: an open connection.
        events: in any order, repeats included.
        received_at: when they came, aware.
    """
    if not events:
        return EventCounts(0, 0)
    with connection.transaction():
        rows = orjson.dumps([_row(event) for event in events]).decode()
        cursor = execute(connection, "record_events", events=rows, received_at=received_at)
        _suppress(connection, events)
    return EventCounts(cursor.rowcount, len(events) - cursor.rowcount)


def _row(event: Event) -> dict[str, Any]:
    return {
        "sg_event_id": event.sg_event_id,
        "event": event.event,
        "message_id": event.message_id,
        "request_id": event.request_id,
        "attempt_id": event.attempt_id,
        "sg_message_id": event.sg_message_id,
        "occurred_at": event.occurred_at,
        "details": dict(event.details),
    }


def _suppress(connection: psycopg.Connection, events: Iterable[Event]) -> None:
    telling = [event for event in events if _tells_of_a_suppression(event)]
    if telling:
        purposes = find_purposes(connection)
        reports = [_report(event, purposes) for event in telling]
        report_suppressions(connection, [report for report in reports if report.scope])


def _tells_of_a_suppression(event: Event) -> bool:
    if event.address is None or event.event not in SUPPRESSING:
        return False
    return event.event != "bounce" or bool(event.details.get("type") != PASSING_BOUNCE)


def _report(event: Event, purposes: Mapping[int, str]) -> Report:
    scope, source = SUPPRESSING[event.event]
    # A group that is none of ours belongs to other mail of the same account.
    scope = scope or purposes.get(event.group_id, "")
    moment = {"removed_at" if event.event == RETURN else "suppressed_at": event.occurred_at}
    return Report(cast("str", event.address), scope, source, **moment)
