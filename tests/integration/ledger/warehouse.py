"""The warehouse's table of finished decisions, as dbt would build it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from retention.ledger.decisions import record_decisions
from retention.ledger.messages import EnqueueCounts, enqueue_messages
from retention.raw.contract import create_raw_tables, read_contract

if TYPE_CHECKING:
    from collections.abc import Iterable

    import psycopg

NIGHT = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)

COLUMNS = {
    "night": "date",
    "campaign": "text",
    "customer_id": "text",
    "occasion": "text",
    "outcome": "text",
    "reason": "text",
    "outcome_reason": "text",
    "kind": "text",
    "purpose": "text",
    "channel": "text",
    "locale": "text",
    "email": "text",
    "first_name": "text",
    "score": "numeric",
    "priority": "integer",
    "not_before": "timestamptz",
    "not_after": "timestamptz",
    "send_at": "timestamptz",
    "time_zone": "text",
    "evidence": "jsonb",
    "context": "jsonb",
}

# The earned referrals, as dbt builds them.
REFERRAL_REWARDS = """
    create schema signals;
    create table signals.referrals_rewarded (
        customer_id text,
        occasion text,
        friend_customer_id text,
        once_for_occasions jsonb,
        friend_accounts jsonb,
        earned_date date,
        known_date date,
        currency text,
        amount numeric(14, 2)
    );
    create table decisions.campaign_gates (campaign text, marts text, gated text);
"""
# A quarter, as dbt builds it for the runs of rewards.
GRADES = """
    create schema rewards_reporting;
    create table rewards_reporting.quarter_grades (
        quarter text,
        customer_id text,
        currency text,
        spend numeric(14, 2),
        tier_threshold numeric(14, 2),
        amount numeric(12, 2),
        left_out_reason text,
        known_date date
    );
    create schema rewards_intermediate;
    create table rewards_intermediate.int_excluded_customers (customer_id text, reason text);
"""
RAW_TABLES = ("orders", "consents", "gift_card_payments")


def create_warehouse(connection: psycopg.Connection) -> None:
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    connection.execute("create schema decisions")
    connection.execute(f"create table decisions.decisions ({columns})")
    connection.execute(GRADES)
    connection.execute(REFERRAL_REWARDS)
    raw = read_contract()
    create_raw_tables(connection, {name: raw[name] for name in RAW_TABLES})


def decision(customer: int | str = 1, **changes: Any) -> dict[str, Any]:
    """A decision to send winback to a customer now, with these changes."""
    row = {
        "night": NIGHT,
        "campaign": "winback",
        "customer_id": f"customer-{customer}",
        "occasion": "order-1",
        "outcome": "send",
        "reason": "Last bought 90 days ago, usually every 30.",
        "outcome_reason": "Nothing stands against it.",
        "kind": "marketing",
        "purpose": "offers",
        "channel": "email",
        "locale": "en",
        "email": f"customer-{customer}@example.com",
        "first_name": "Aino",
        "score": 1,
        "priority": 1,
        "not_before": None,
        "not_after": NOW + timedelta(days=3),
        "send_at": NOW,
        "time_zone": "Europe/Helsinki",
        "evidence": Jsonb([]),
        "context": Jsonb({"product": "coffee"}),
    }
    return row | changes


def fill_warehouse(connection: psycopg.Connection, rows: Iterable[dict[str, Any]]) -> None:
    """Fill the warehouse with exactly these decisions."""
    connection.execute("truncate decisions.decisions")
    columns = ", ".join(COLUMNS)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy decisions.decisions ({columns}) from stdin") as copy,
    ):
        for row in rows:
            copy.write_row([row[name] for name in COLUMNS])


def plan(connection: psycopg.Connection, rows: Iterable[dict[str, Any]]) -> EnqueueCounts:
    """Record these decisions and plan their messages, as a night would."""
    rows = list(rows)
    fill_warehouse(connection, rows)
    record_decisions(connection, NIGHT)
    return enqueue_messages(connection, NIGHT, NOW)
