"""Reads the ledger's decisions, messages and events of one customer."""

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
        reason: why the campaign chose the customer, in English.
        outcome_reason: why the outcome is what it is, in English.
        night_count: on how many nights in total there was a decision about the customer.
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
        state: one of `MessageState`.
        state_reason: why, in English; None where the state needs no reason.
        state_at: when it reached the state (aware).
    """

    message_id: UUID
    campaign: str
    state: str
    state_reason: str | None
    state_at: datetime


@dataclass(frozen=True)
class MessageEvent:
    """One kind of event that SendGrid reported of a message.

    Attributes:
        event: SendGrid's name of it; `blocked` is a temporary bounce, `machine_open` an open by a
            mail program.
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
    """Return the decisions about the customer, the latest night first, then by campaign.

    Args:
        connection: an open connection.
        customer_id: the shop's own id.
        nights: how many nights with decisions about the customer to return at most.
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
    """Return SendGrid's events of the messages, by message and time of the first event."""
    return execute(
        connection,
        "find_message_events",
        rows=class_row(MessageEvent),
        message_ids=list(message_ids),
    ).fetchall()
