"""Who must not be written to, as SendGrid's lists, its events and people themselves say.

`ledger.suppressions` is the one truth about it: the decisions of a night read it, and so does the
pre-send check of a message. One row holds one address, one scope and one source; a row
whose `removed_at` is null holds. Addresses are compared in lower case.

Transactional mail goes past `all` and says so to SendGrid, which would drop it in silence; of the
lists behind `address` it drops all mail, so there ours is not even tried.

| source           | what it is                                        | scope                   |
|------------------|---------------------------------------------------|-------------------------|
| `bounces`        | SendGrid's list of addresses that do not exist    | `address`: all mail     |
| `invalid_emails` | SendGrid's list of what cannot be an address      | `address`               |
| `spam_reports`   | people who called a mail spam                     | `address`               |
| `unsubscribes`   | people who want no more mail of the shop's        | `all`: all marketing    |
| `groups`         | members of the unsubscribe group of a purpose     | the consent purpose     |
| `page`           | people who unsubscribed on our own page           | the consent purpose     |
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from psycopg.rows import args_row, class_row

from retention.database import only_row
from retention.ledger.statements import execute

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    import psycopg

AT_ONCE = 10_000  # reports in one statement; whole lists of SendGrid are far longer


@dataclass(frozen=True)
class Report:
    """An address was suppressed, or ceased to be, or first one and then the other; moments aware.

    Attributes:
        address: in any case.
        scope: `address`, `all`, or a consent purpose.
        source: who says so.
    """

    address: str = field(repr=False)
    scope: str
    source: str
    suppressed_at: datetime | None = None
    removed_at: datetime | None = None


@dataclass(frozen=True)
class Listing:
    """What a list of SendGrid showed.

    Attributes:
        source: the list.
        scope: what it suppresses.
        entries: since when each address is on it, aware.
    """

    source: str
    scope: str
    entries: Mapping[str, datetime] = field(repr=False)

    def reports(self) -> list[Report]:
        """Return one report an entry."""
        return [
            Report(address, self.scope, self.source, suppressed_at=since)
            for address, since in self.entries.items()
        ]


@dataclass(frozen=True)
class Recipient:
    """Whom a message went to, as far as the unsubscribe page needs to know.

    Attributes:
        locale: language of the message, BCP 47.
        is_suppressed: gets no mail of the purpose any more.
    """

    locale: str
    is_suppressed: bool


@dataclass(frozen=True)
class Pull:
    """How far a list of SendGrid has been pulled; both aware."""

    pulled_until: datetime
    fully_pulled_at: datetime


@dataclass(frozen=True)
class PageAnswer:
    """What one person last said on our page: unsubscribed, or back since `removed_at`."""

    address: str = field(repr=False)
    removed_at: datetime | None


def report_suppressions(connection: psycopg.Connection, reports: Sequence[Report]) -> None:
    """Merge reports into what is known; neither their order nor repeats matter.

    Who wants mail of a purpose again by SendGrid's own page has thereby taken back what was said
    on ours before.
    """
    for first in range(0, len(reports), AT_ONCE):
        rows = [asdict(report) for report in reports[first : first + AT_ONCE]]
        returns = [row for row in rows if row["removed_at"]]
        with connection.transaction():
            execute(connection, "report_suppressions", reports=_json(rows))
            if returns:
                execute(connection, "resubscribe_addresses", returns=_json(returns))


def _json(rows: list[dict[str, Any]]) -> str:
    return orjson.dumps(rows).decode()


def remove_absent_suppressions(
    connection: psycopg.Connection, listing: Listing, *, reported_before: datetime, now: datetime
) -> int:
    """End every suppression that SendGrid's list does not show any more; return how many.

    Args:
        connection: an open connection.
        listing: the whole list.
        reported_before: spare what was suppressed later, aware: a list may lag behind events.
        now: when the list was read, aware.
    """
    cursor = execute(
        connection,
        "remove_absent_suppressions",
        source=listing.source,
        scope=listing.scope,
        addresses=list(listing.entries),
        reported_before=reported_before,
        now=now,
    )
    return cursor.rowcount


def count_suppressions(connection: psycopg.Connection, source: str, scope: str) -> int:
    """Return how many addresses a source suppresses in a scope now."""
    rows = args_row(int)
    return only_row(
        execute(connection, "count_suppressions", rows=rows, source=source, scope=scope)
    )


def find_suppression_pull(connection: psycopg.Connection, source: str) -> Pull | None:
    """Return how far a list has been pulled, None when it never was."""
    cursor = execute(connection, "find_suppression_pull", rows=class_row(Pull), source=source)
    return cursor.fetchone()


def remember_suppression_pull(connection: psycopg.Connection, source: str, pull: Pull) -> None:
    """Remember how far a list has been pulled."""
    execute(
        connection,
        "remember_suppression_pull",
        source=source,
        pulled_until=pull.pulled_until,
        fully_pulled_at=pull.fully_pulled_at,
    )


def find_recipient(
    connection: psycopg.Connection, message_id: UUID, purpose: str
) -> Recipient | None:
    """Return how a message's recipient stands to a purpose, None when there is no such message."""
    cursor = execute(
        connection,
        "find_recipient",
        rows=class_row(Recipient),
        message_id=message_id,
        purpose=purpose,
    )
    return cursor.fetchone()


def unsubscribe_recipient(
    connection: psycopg.Connection, message_id: UUID, purpose: str, now: datetime
) -> None:
    """Suppress mail of a purpose to a message's recipient from `now` (aware) on."""
    execute(connection, "unsubscribe_recipient", message_id=message_id, purpose=purpose, now=now)


def resubscribe_recipient(
    connection: psycopg.Connection,
    message_id: UUID,
    purpose: str,
    *,
    said_at: datetime,
    now: datetime,
) -> None:
    """Take back an unsubscribe from a purpose at `now` (aware).

    Args:
        connection: an open connection.
        message_id: whose recipient comes back.
        purpose: the consent purpose.
        said_at: when the unsubscribe was said (aware); what was said later stays.
        now: the present moment, aware.
    """
    execute(
        connection,
        "resubscribe_recipient",
        message_id=message_id,
        purpose=purpose,
        said_at=said_at,
        now=now,
    )


def find_page_answers(connection: psycopg.Connection, purpose: str) -> list[PageAnswer]:
    """Return what people last said about a purpose on our own page."""
    cursor = execute(connection, "find_page_answers", rows=class_row(PageAnswer), purpose=purpose)
    return cursor.fetchall()
