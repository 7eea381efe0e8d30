"""Addresses that get no mail, from SendGrid's lists, its events and our own unsubscribe page.

`ledger.suppressions` is the only source of truth: a night's decisions and the pre-send check both
read it. One row has one address, one scope and one source; it applies while its `removed_at` is
null. Addresses are compared in lower case.

Transactional mail bypasses the scope `all`, and asks SendGrid to do so too, which would otherwise
silently drop it. SendGrid drops all mail to addresses with the scope `address`, so no mail to them
is submitted.

| source           | what it is                                        | scope                   |
|------------------|---------------------------------------------------|-------------------------|
| `bounces`        | SendGrid's list of addresses that do not exist    | `address`: all mail     |
| `invalid_emails` | SendGrid's list of invalid addresses              | `address`               |
| `spam_reports`   | people who reported a mail as spam                | `address`               |
| `unsubscribes`   | people who want no more mail from the shop        | `all`: all marketing    |
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
    """An address was suppressed, or a suppression was removed, or both; times are aware.

    Attributes:
        address: in lower or upper case.
        scope: `address`, `all`, or a consent purpose.
        source: see the table above.
    """

    address: str = field(repr=False)
    scope: str
    source: str
    suppressed_at: datetime | None = None
    removed_at: datetime | None = None


@dataclass(frozen=True)
class Listing:
    """The content of a SendGrid list.

    Attributes:
        source: the list.
        scope: the scope of its suppressions.
        entries: when each address was added, aware.
    """

    source: str
    scope: str
    entries: Mapping[str, datetime] = field(repr=False)

    def reports(self) -> list[Report]:
        """Return one report per entry."""
        return [
            Report(address, self.scope, self.source, suppressed_at=since)
            for address, since in self.entries.items()
        ]


@dataclass(frozen=True)
class Recipient:
    """What the unsubscribe page needs to know of a message's recipient.

    Attributes:
        locale: language of the message, BCP 47.
        is_suppressed: whether the recipient gets no mail of the purpose.
    """

    locale: str
    is_suppressed: bool


@dataclass(frozen=True)
class Pull:
    """Until when a list of SendGrid has been pulled; both times are aware."""

    pulled_until: datetime
    fully_pulled_at: datetime


@dataclass(frozen=True)
class PageAnswer:
    """A person's latest choice on our page: unsubscribed, or resubscribed at `removed_at`."""

    address: str = field(repr=False)
    removed_at: datetime | None


def report_suppressions(connection: psycopg.Connection, reports: Sequence[Report]) -> None:
    """Merge reports into the suppressions; neither their order nor repetitions matter.

    A person who resubscribes to a purpose on SendGrid's own page also takes back an earlier
    unsubscribe on ours.
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
    """End every suppression that SendGrid's list no longer shows; return how many.

    Args:
        connection: an open connection.
        listing: the whole list.
        reported_before: keep suppressions later than this (aware): a list may lag behind events.
        now: when the list was read.
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
    """Return until when a list has been pulled; None if it never was."""
    cursor = execute(connection, "find_suppression_pull", rows=class_row(Pull), source=source)
    return cursor.fetchone()


def remember_suppression_pull(connection: psycopg.Connection, source: str, pull: Pull) -> None:
    """Record until when a list has been pulled."""
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
    """Return a message's recipient with regard to a purpose; None if there is no such message."""
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
    """Suppress mail of a purpose to a message's recipient from now on."""
    execute(connection, "unsubscribe_recipient", message_id=message_id, purpose=purpose, now=now)


def resubscribe_recipient(
    connection: psycopg.Connection,
    message_id: UUID,
    purpose: str,
    *,
    said_at: datetime,
    now: datetime,
) -> None:
    """Take back an unsubscribe of a message's recipient from a purpose.

    Args:
        connection: an open connection.
        message_id: the message.
        purpose: the consent purpose.
        said_at: when the unsubscribe was made (aware); later ones stay.
        now: the current time.
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
    """Return people's latest choices about a purpose on our own page."""
    cursor = execute(connection, "find_page_answers", rows=class_row(PageAnswer), purpose=purpose)
    return cursor.fetchall()
