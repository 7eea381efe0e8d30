"""The audience of a run: some thirty messages in at least four requests, some at once, some later.

A few people unsubscribe between planning and sending, and a few more while outcomes are unknown.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from retention.ledger.decisions import record_decisions
from retention.ledger.messages import enqueue_messages
from tests.integration.ledger.warehouse import decision, fill_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from random import Random

    import psycopg

    from tests.benchmarks.crash_matrix.stage import Stage

WORTH = timedelta(hours=24)  # a message is worthless so long after it was planned
MARKETING = {"kind": "marketing", "purpose": "offers"}
GROUPS: list[tuple[int, dict[str, Any], list[timedelta]]] = [
    (8, MARKETING | {"campaign": "winback", "locale": "en"}, [timedelta(hours=3)]),
    (8, MARKETING | {"campaign": "winback", "locale": "fi"}, [timedelta(hours=4)]),
    (
        6,
        MARKETING | {"campaign": "reminder", "locale": "en", "purpose": "reminders"},
        [timedelta(0)],
    ),
    (
        6,
        {"campaign": "receipt", "locale": "en", "kind": "transactional", "purpose": "orders"},
        [timedelta(0), timedelta(hours=2)],
    ),
]
FIND_MARKETING = """
    select email from ledger.messages where kind = 'marketing' order by customer_id
"""
SUPPRESS = """
    insert into ledger.suppressions (address, scope, source, suppressed_at)
    values (%(address)s, 'all', 'global unsubscribes', %(now)s)
"""
PLAN_NAIVELY = """
    insert into outbox (message_id, template_id, email, context, send_at)
    select
        mess.message_id, tmpl.template_id, mess.customer_id || '@example.com', mess.context,
        mess.send_at
    from ledger.messages as mess
    inner join ledger.templates as tmpl using (campaign, locale)
"""


def plan_audience(connection: psycopg.Connection, run: str, now: datetime) -> None:
    """Plan the run's messages at `now` (aware), as a night does."""
    rows = list(_decisions(run, now))
    fill_warehouse(connection, rows)
    record_decisions(connection, now.date())
    enqueue_messages(connection, now.date(), now)


def plan_naive_audience(connection: psycopg.Connection) -> None:
    """Put the same messages into the naive sender's outbox, each to an address of its own."""
    connection.execute(PLAN_NAIVELY)


def suppress_some(
    stage: Stage, connection: psycopg.Connection, dice: Random, now: datetime
) -> set[str]:
    """Let three people unsubscribe from all marketing, at SendGrid and in our ledger."""
    addresses = [row[0] for row in connection.execute(FIND_MARKETING)]
    chosen = set(dice.sample(addresses, 3))
    for address in sorted(chosen):
        stage.suppress(address)
        connection.execute(
            SUPPRESS + " on conflict do nothing", {"address": address.lower(), "now": now}
        )
    return chosen


def _decisions(run: str, now: datetime) -> Iterator[dict[str, Any]]:
    number = 0
    for size, shared, delays in GROUPS:
        for place in range(size):
            number += 1
            # Two of a household share an address, which makes one request more.
            home = 2 if number == 1 else number
            yield decision(
                f"{run}-{number}",
                **shared,
                night=now.date(),
                email=f"customer-{run}-{home}@example.com",
                send_at=now + delays[place % len(delays)],
                not_after=now + WORTH,
            )
