"""Stores SendGrid's events, each once, in any order."""

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

# By SendGrid's event: the scope (None for the purpose of its group) and source of the suppression.
SUPPRESSING = {
    "bounce": ("address", "bounces"),
    "spamreport": ("address", "spam_reports"),
    "unsubscribe": ("all", "unsubscribes"),
    "group_unsubscribe": (None, "groups"),
    "group_resubscribe": (None, "groups"),
}
RETURN = "group_resubscribe"
PASSING_BOUNCE = "blocked"  # a temporary bounce; SendGrid continues to send to the address


@dataclass(frozen=True)
class Event:
    """One event that SendGrid reported.

    Attributes:
        sg_event_id: SendGrid's id of the event; a repeated event has the same id.
        event: SendGrid's name of it, which may be unknown to us.
        occurred_at: when it happened, aware.
        address: the recipient's address; stored only in the suppressions.
        group_id: the unsubscribe group that it is about.
        details: all other fields, without addresses.
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
    """How many of a post's events were new, and how many were repeated."""

    recorded: int
    repeated: int


def record_events(
    connection: psycopg.Connection, events: Sequence[Event], received_at: datetime
) -> EventCounts:
    """Store the events and the suppressions that follow from them, in one transaction.

    Args:
        connection: an open connection.
        events: in any order, possibly repeated.
        received_at: when they were received, aware.
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
    suppressing = [event for event in events if _is_about_a_suppression(event)]
    if suppressing:
        purposes = find_purposes(connection)
        reports = [_report(event, purposes) for event in suppressing]
        report_suppressions(connection, [report for report in reports if report.scope])


def _is_about_a_suppression(event: Event) -> bool:
    if event.address is None or event.event not in SUPPRESSING:
        return False
    return event.event != "bounce" or bool(event.details.get("type") != PASSING_BOUNCE)


def _report(event: Event, purposes: Mapping[int, str]) -> Report:
    scope, source = SUPPRESSING[event.event]
    # A group that is not ours belongs to other mail of the same account.
    scope = scope or purposes.get(event.group_id, "")
    moment = {"removed_at" if event.event == RETURN else "suppressed_at": event.occurred_at}
    return Report(cast("str", event.address), scope, source, **moment)
