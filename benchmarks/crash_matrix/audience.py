"""The audience of a run: some thirty messages in at least four requests, some of them scheduled.

A few people unsubscribe between planning and sending, and a few more while outcomes are unknown. Of
the people whose message has not been sent, some are forgotten and some buy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from benchmarks.crash_matrix.worker import ERASURE_KEY
from retention.ledger.decisions import record_decisions
from retention.ledger.messages import enqueue_messages
from retention.ledger.pre_send_check import hash_address
from tests.integration.ledger.warehouse import decision, fill_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from random import Random

    import psycopg

    from benchmarks.crash_matrix.servers import Servers

WORTH = timedelta(hours=24)  # how long after planning a message is still worth sending
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
FIND_ADDRESSES = "select distinct email from ledger.messages order by email"
SUPPRESS = """
    insert into ledger.suppressions (address, scope, source, suppressed_at)
    values (%(address)s, 'all', 'unsubscribes', %(now)s)
"""
# Messages that were never submitted; no worker is running at this point.
FIND_UNTOUCHED = """
    select message_id, customer_id, email from ledger.messages
    where state = 'planned' and attempts = 0 and campaign = 'winback'
    order by customer_id
"""
FORGET = (
    "insert into ledger.erased (address_hash, erased_at) values (%s, %s) on conflict do nothing"
)
BUY = """
    insert into raw.orders (order_id, customer_id, ordered_at, status)
    values (gen_random_uuid(), %s, %s, 'placed')
"""
PLAN_NAIVELY = """
    insert into outbox (message_id, template_id, email, context, send_at)
    select
        messages.message_id, templates.template_id, messages.customer_id || '@example.com',
        messages.context, messages.send_at
    from ledger.messages
    inner join ledger.templates using (campaign, locale)
"""


@dataclass
class Exclusions:
    """Addresses and messages that must not be mailed any more.

    Attributes:
        suppressed: addresses that unsubscribed; marketing sent before that may arrive, and receipts
            must arrive.
        withdrawn: addresses by message id, of people who were forgotten or bought before anything
            was sent to them: nothing may arrive.
    """

    suppressed: set[str] = field(default_factory=set)
    withdrawn: dict[str, str] = field(default_factory=dict)


def plan_audience(connection: psycopg.Connection, run: str, now: datetime) -> None:
    """Plan the run's messages at `now`, as a night does."""
    rows = list(_decisions(run, now))
    fill_warehouse(connection, rows)
    record_decisions(connection, now.date())
    enqueue_messages(connection, now.date(), now)


def plan_naive_audience(connection: psycopg.Connection) -> None:
    """Put the same messages into the naive sender's outbox, each with its own address."""
    connection.execute(PLAN_NAIVELY)


def suppress_some(
    servers: Servers, connection: psycopg.Connection, dice: Random, now: datetime
) -> set[str]:
    """Let four people unsubscribe from all marketing, at SendGrid and in our ledger."""
    addresses = [row[0] for row in connection.execute(FIND_ADDRESSES)]
    chosen = set(dice.sample(addresses, 4))
    for address in sorted(chosen):
        servers.suppress(address)
        connection.execute(
            SUPPRESS + " on conflict do nothing", {"address": address.lower(), "now": now}
        )
    return chosen


def withdraw_some(connection: psycopg.Connection, dice: Random, now: datetime) -> dict[str, str]:
    """Forget one person whose message has not been sent, and let another buy.

    Returns:
        Both addresses, by the id of each unsent message to them.
    """
    untouched = connection.execute(FIND_UNTOUCHED).fetchall()
    addresses = sorted({email for _, _, email in untouched})
    chosen = dice.sample(addresses, min(2, len(addresses)))
    for address in chosen[:1]:
        connection.execute(FORGET, [hash_address(ERASURE_KEY, address), now])
    for _, customer_id, address in untouched:
        if address in chosen[1:]:
            connection.execute(BUY, [customer_id, now])
    return {str(message_id): email for message_id, _, email in untouched if email in chosen}


def _decisions(run: str, now: datetime) -> Iterator[dict[str, Any]]:
    number = 0
    for size, shared, delays in GROUPS:
        for place in range(size):
            number += 1
            # Two customers share an address, which makes one more request.
            home = 2 if number == 1 else number
            yield decision(
                f"{run}-{number}",
                **shared,
                night=now.date(),
                email=f"customer-{run}-{home}@example.com",
                send_at=now + delays[place % len(delays)],
                not_after=now + WORTH,
            )
