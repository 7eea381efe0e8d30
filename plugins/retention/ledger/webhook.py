"""Stores the keys that verify SendGrid's events, and counts refused posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention.ledger.statements import execute

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg


def remember_webhook_key(connection: psycopg.Connection, public_key: str, now: datetime) -> None:
    """Record the key (base64) that SendGrid signs with from now on."""
    execute(connection, "remember_webhook_key", public_key=public_key, now=now)


def find_webhook_keys(connection: psycopg.Connection, replaced_after: datetime) -> list[str]:
    """Return the current key, and those replaced after `replaced_after` (aware)."""
    rows = execute(connection, "find_webhook_keys", replaced_after=replaced_after)
    return [row.public_key for row in rows]


def count_webhook_refusals(
    connection: psycopg.Connection, reason: str, number: int, now: datetime
) -> None:
    """Count refused posts."""
    execute(connection, "count_webhook_refusals", reason=reason, number=number, now=now)
