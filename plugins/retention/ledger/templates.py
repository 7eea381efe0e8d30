"""Remembers which templates and unsubscribe groups exist at SendGrid, and what they hold."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.pq import TransactionStatus
from psycopg.rows import args_row, class_row

from retention.ledger.statements import execute

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import datetime

    import psycopg


@dataclass(frozen=True)
class PushedTemplate:
    """A template as it was last pushed.

    Attributes:
        template_id: SendGrid's id of the dynamic template.
        version_id: SendGrid's id of its active version.
        content_hash: SHA-256 of what it holds, in hexadecimal.
    """

    template_id: str
    version_id: str
    content_hash: str


@contextmanager
def pushing(connection: psycopg.Connection) -> Generator[None]:
    """Hold the lock of who brings templates and groups to SendGrid; wait for it first."""
    execute(connection, "lock_templates")
    try:
        yield
    finally:
        if connection.info.transaction_status is TransactionStatus.IDLE:
            execute(connection, "unlock_templates")


def find_template(
    connection: psycopg.Connection, campaign: str, locale: str
) -> PushedTemplate | None:
    """Return the pushed template of a campaign in a language, None when there is none."""
    cursor = execute(
        connection,
        "find_template",
        rows=class_row(PushedTemplate),
        campaign=campaign,
        locale=locale,
    )
    return cursor.fetchone()


def find_waiting_campaigns(connection: psycopg.Connection) -> list[str]:
    """Return the names of the campaigns with planned messages; campaigns of the past included."""
    return [row.campaign for row in execute(connection, "find_waiting_campaigns")]


def remember_template(
    connection: psycopg.Connection,
    campaign: str,
    locale: str,
    template: PushedTemplate,
    now: datetime,
) -> None:
    """Remember what was pushed for a campaign in a language at `now` (aware)."""
    execute(
        connection,
        "remember_template",
        campaign=campaign,
        locale=locale,
        template_id=template.template_id,
        version_id=template.version_id,
        content_hash=template.content_hash,
        now=now,
    )


def find_unsubscribe_group(connection: psycopg.Connection, purpose: str) -> int | None:
    """Return SendGrid's id of the group that stands for a consent purpose, None without one."""
    rows = args_row(int)
    return execute(connection, "find_unsubscribe_group", rows=rows, purpose=purpose).fetchone()


def remember_unsubscribe_group(
    connection: psycopg.Connection, purpose: str, group_id: int, name: str, now: datetime
) -> None:
    """Remember at `now` (aware) which unsubscribe group stands for a consent purpose."""
    execute(
        connection,
        "remember_unsubscribe_group",
        purpose=purpose,
        group_id=group_id,
        name=name,
        now=now,
    )
