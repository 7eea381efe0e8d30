from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from retention.database import connect
from retention.ledger.decisions import record_decisions
from retention.ledger.messages import (
    EnqueueCounts,
    count_messages,
    enqueue_messages,
    expire_messages,
)
from retention.ledger.statements import LedgerConstraintError
from tests.integration.ledger.warehouse import NIGHT, NOW, decision, fill_warehouse, plan

if TYPE_CHECKING:
    import psycopg

LATE = NOW - timedelta(hours=1)


def test_only_send_decisions_become_messages(ledger: psycopg.Connection) -> None:
    outcomes = ["send", "holdout", "no_consent", "gated", "outranked", "expired"]
    counts = plan(ledger, (decision(i, outcome=each) for i, each in enumerate(outcomes)))
    assert counts == EnqueueCounts(inserted=1, already_there=0, expired=0)
    assert count_messages(ledger) == {"planned": 1}


def test_a_message_is_enqueued_once_however_often_it_is_decided(
    ledger: psycopg.Connection,
) -> None:
    rows = [decision(i) for i in range(3)]
    plan(ledger, rows)
    assert plan(ledger, rows) == EnqueueCounts(inserted=0, already_there=3, expired=0)
    assert count_messages(ledger, NIGHT) == {"planned": 3}


def test_concurrent_nights_enqueue_each_message_once(
    ledger: psycopg.Connection,
) -> None:
    plan(ledger, (decision(i) for i in range(500)))
    ledger.execute("delete from ledger.messages")

    def enqueue(_: int) -> EnqueueCounts:
        with connect() as connection:
            return enqueue_messages(connection, NIGHT, NOW)

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(enqueue, range(8)))
    assert sum(each.inserted for each in counts) == 500
    assert sum(each.already_there for each in counts) == 7 * 500
    assert count_messages(ledger) == {"planned": 500}


def test_a_repeated_night_waits_for_no_existing_message(
    ledger: psycopg.Connection,
) -> None:
    plan(ledger, [decision(1)])
    with connect() as other, other.transaction():
        other.execute("select from ledger.messages for update")
        ledger.execute("set lock_timeout = '5s'")
        counts = enqueue_messages(ledger, NIGHT, NOW)
    assert counts == EnqueueCounts(inserted=0, already_there=1, expired=0)


def test_a_new_occasion_is_a_new_message(ledger: psycopg.Connection) -> None:
    plan(ledger, [decision(1, occasion="order-1")])
    counts = plan(ledger, [decision(1, occasion="order-2")])
    assert counts.inserted == 1


def test_a_decision_that_comes_too_late_leaves_an_expired_message(
    ledger: psycopg.Connection,
) -> None:
    counts = plan(ledger, [decision(1), decision(2, send_at=LATE, not_after=NOW)])
    assert counts == EnqueueCounts(inserted=1, already_there=0, expired=1)
    assert count_messages(ledger) == {"planned": 1, "expired": 1}


def test_an_expired_message_of_an_old_night_does_not_silence_tonight(
    ledger: psycopg.Connection,
) -> None:
    plan(ledger, [decision(1, send_at=LATE, not_after=LATE)])
    assert plan(ledger, [decision(1)]) == EnqueueCounts(inserted=1, already_there=0, expired=0)
    assert count_messages(ledger) == {"planned": 1}


def test_a_message_that_nobody_sent_in_time_gives_way_to_a_later_decision(
    ledger: psycopg.Connection,
) -> None:
    plan(ledger, [decision(1, not_after=NOW + timedelta(hours=1))])
    fill_warehouse(ledger, [decision(1, night=NIGHT + timedelta(days=1))])
    record_decisions(ledger, NIGHT + timedelta(days=1))
    later = enqueue_messages(ledger, NIGHT + timedelta(days=1), NOW + timedelta(days=1))
    assert later == EnqueueCounts(inserted=1, already_there=0, expired=0)
    assert count_messages(ledger) == {"planned": 1}


@pytest.mark.parametrize("state", ["accepted", "unknown", "rejected", "cancelled"])
def test_a_message_that_may_have_left_or_was_withdrawn_is_never_planned_again(
    ledger: psycopg.Connection, state: str
) -> None:
    plan(ledger, [decision(1)])
    ledger.execute(
        sql.SQL(
            "with request as (insert into ledger.requests"
            " (campaign, locale, kind, purpose, state, claimed_at) values"
            " ('winback', 'en', 'marketing', 'offers', 'claimed', now()) returning request_id)"
            " update ledger.messages set state_reason = 'told', claimed_at = now(),"
            " submitting_at = now(), attempts = 1, request_id = request.request_id,"
            " state = {}, {} = now() from request"
        ).format(sql.Literal(state), sql.Identifier(f"{state}_at"))
    )
    plan(ledger, [decision(1, not_after=NOW + timedelta(days=9))])
    assert count_messages(ledger) == {state: 1}


def test_a_planned_message_expires_when_its_time_has_passed(ledger: psycopg.Connection) -> None:
    plan(ledger, [decision(1, not_after=NOW + timedelta(hours=1)), decision(2)])
    assert expire_messages(ledger, NOW + timedelta(hours=1)) == 1
    assert expire_messages(ledger, NOW + timedelta(hours=1)) == 0
    assert count_messages(ledger) == {"planned": 1, "expired": 1}


def test_the_first_name_joins_the_context_unless_the_campaign_set_its_own(
    ledger: psycopg.Connection,
) -> None:
    plan(
        ledger,
        [
            decision(1, first_name="Aino", context=Jsonb({"product": "tea"})),
            decision(2, first_name=None, context=None),
            decision(3, first_name="Aino", context=Jsonb({"first_name": "Friend"})),
        ],
    )
    rows = ledger.execute("select context from ledger.messages order by customer_id")
    assert [context for (context,) in rows] == [
        {"first_name": "Aino", "product": "tea"},
        {},
        {"first_name": "Friend"},
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"send_at": NOW + timedelta(days=9)},
        {"not_before": NOW + timedelta(hours=1)},
        {"channel": "pigeon"},
    ],
)
def test_a_message_that_could_not_be_delivered_as_asked_is_not_enqueued(
    ledger: psycopg.Connection, changes: dict
) -> None:
    with pytest.raises(LedgerConstraintError):
        plan(ledger, [decision(1), decision(2, **changes)])
    assert count_messages(ledger) == {}
