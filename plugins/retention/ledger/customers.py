"""What the ledger remembers of one customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import class_row

from retention.ledger.statements import execute

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    import psycopg


@dataclass(frozen=True)
class CustomerDecision:
    """One decision of a night.

    Attributes:
        night: local date of the night.
        reason: why the campaign chose the customer, in English.
        outcome_reason: why the decision is what it is, in English.
        night_count: how many nights in all decided anything for the customer.
    """

    night: date
    campaign: str
    outcome: str
    reason: str
    outcome_reason: str
    night_count: int


@dataclass(frozen=True)
class CustomerMessage:
    """One message, without its address.

    Attributes:
        state: where it stands, one of `MessageState`.
        state_reason: why, in English; None where the state needs no reason.
        state_at: when it came there (aware).
    """

    message_id: UUID
    campaign: str
    state: str
    state_reason: str | None
    state_at: datetime


@dataclass(frozen=True)
class MessageEvent:
    """One kind of thing that SendGrid reported of a message.

    Attributes:
        event: SendGrid's name of it; `blocked` is a bounce of that one try, `machine_open` an
            open by a mail program itself.
        event_count: how often it happened.
        first_at: when it first happened (aware).
        last_at: when it last did (aware).
    """

    message_id: UUID
    event: str
    event_count: int
    first_at: datetime
    last_at: datetime


def find_customer_decisions(
    connection: psycopg.Connection, customer_id: str, nights: int
) -> list[CustomerDecision]:
    """Return what was decided for the customer, the latest night first, then by campaign.

    Args:
        connection: an open connection.
        customer_id: the shop's own id.
        nights: so many nights at most, of those that decided anything for the customer.
    """
    return execute(
        connection,
        "find_customer_decisions",
        rows=class_row(CustomerDecision),
        customer_id=customer_id,
        nights=nights,
    ).fetchall()


def find_customer_messages(
    connection: psycopg.Connection, customer_id: str, limit: int
) -> list[CustomerMessage]:
    """Return the customer's latest messages, the newest first."""
    return execute(
        connection,
        "find_customer_messages",
        rows=class_row(CustomerMessage),
        customer_id=customer_id,
        limit=limit,
    ).fetchall()


def find_message_events(
    connection: psycopg.Connection, message_ids: Sequence[UUID]
) -> list[MessageEvent]:
    """Return what SendGrid reported of the messages, by message and first moment."""
    return execute(
        connection,
        "find_message_events",
        rows=class_row(MessageEvent),
        message_ids=list(message_ids),
    ).fetchall()
