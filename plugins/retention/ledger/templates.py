"""Records which templates and unsubscribe groups exist at SendGrid, and their content."""

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
        content_hash: SHA-256 of its content, in hexadecimal.
    """

    template_id: str
    version_id: str
    content_hash: str


@contextmanager
def pushing(connection: psycopg.Connection) -> Generator[None]:
    """Wait for the lock of pushing templates and groups, and hold it."""
    execute(connection, "lock_templates")
    try:
        yield
    finally:
        if connection.info.transaction_status is TransactionStatus.IDLE:
            execute(connection, "unlock_templates")


def find_template(
    connection: psycopg.Connection, campaign: str, locale: str
) -> PushedTemplate | None:
    """Return the pushed template of a campaign in a language; None if there is none."""
    cursor = execute(
        connection,
        "find_template",
        rows=class_row(PushedTemplate),
        campaign=campaign,
        locale=locale,
    )
    return cursor.fetchone()


def find_waiting_campaigns(connection: psycopg.Connection) -> list[str]:
    """Return the campaigns with planned messages, including campaigns that no longer exist."""
    return [row.campaign for row in execute(connection, "find_waiting_campaigns")]


def remember_template(
    connection: psycopg.Connection,
    campaign: str,
    locale: str,
    template: PushedTemplate,
    now: datetime,
) -> None:
    """Record the template that was pushed for a campaign in a language."""
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
    """Return SendGrid's id of a consent purpose's unsubscribe group; None if it has none."""
    rows = args_row(int)
    return execute(connection, "find_unsubscribe_group", rows=rows, purpose=purpose).fetchone()


def remember_unsubscribe_group(
    connection: psycopg.Connection, purpose: str, group_id: int, name: str, now: datetime
) -> None:
    """Record the unsubscribe group of a consent purpose."""
    execute(
        connection,
        "remember_unsubscribe_group",
        purpose=purpose,
        group_id=group_id,
        name=name,
        now=now,
    )
