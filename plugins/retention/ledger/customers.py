"""What the ledger remembers of one customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import class_row

from retention.ledger.statements import execute

if TYPE_CHECKING:
    from datetime import date, datetime

    import psycopg


@dataclass(frozen=True)
class CustomerDecision:
    """One decision of a night.

    Attributes:
        reason: why the campaign chose the customer, in English.
        outcome_reason: why the decision is what it is, in English.
    """

    campaign: str
    outcome: str
    reason: str
    outcome_reason: str


@dataclass(frozen=True)
class CustomerMessage:
    """One message, without its address.

    Attributes:
        state: where it stands, one of `MessageState`.
        state_at: when it came there (aware).
    """

    campaign: str
    state: str
    state_at: datetime


def find_customer_decisions(
    connection: psycopg.Connection, customer_id: str, night: date
) -> list[CustomerDecision]:
    """Return what the night decided for the customer, by campaign."""
    return execute(
        connection,
        "find_customer_decisions",
        rows=class_row(CustomerDecision),
        customer_id=customer_id,
        night=night,
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
