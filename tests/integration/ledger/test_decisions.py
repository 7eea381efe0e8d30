from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from psycopg import sql

from retention.database import connect
from retention.ledger.decisions import (
    NightNotDecidedError,
    Recorded,
    count_decisions,
    record_decisions,
)
from tests.integration.ledger.warehouse import COLUMNS, NIGHT, decision, fill_warehouse, plan

if TYPE_CHECKING:
    import psycopg

OUTCOMES = ["send", "holdout", "no_consent", "send", "capped"]


@pytest.fixture
def decided(ledger: psycopg.Connection) -> psycopg.Connection:
    fill_warehouse(ledger, (decision(i, outcome=each) for i, each in enumerate(OUTCOMES)))
    return ledger


def test_recorded_decisions_equal_those_of_the_warehouse(decided: psycopg.Connection) -> None:
    assert record_decisions(decided, NIGHT).added == len(OUTCOMES)
    assert _rows(decided, "ledger") == _rows(decided, "decisions")


def test_the_same_night_recorded_again_is_the_same(decided: psycopg.Connection) -> None:
    record_decisions(decided, NIGHT)
    before = _rows(decided, "ledger")
    assert record_decisions(decided, NIGHT).same == len(OUTCOMES)
    assert _rows(decided, "ledger") == before


def test_a_decision_that_vanished_from_the_night_vanishes_from_the_record(
    decided: psycopg.Connection,
) -> None:
    record_decisions(decided, NIGHT)
    fill_warehouse(decided, [decision(1, outcome="gated")])
    record_decisions(decided, NIGHT)
    assert count_decisions(decided, NIGHT) == {"gated": 1}


def test_a_decision_with_a_message_stays_when_the_night_is_decided_again(
    ledger: psycopg.Connection,
) -> None:
    plan(ledger, [decision(1), decision(2, outcome="capped")])
    fill_warehouse(ledger, [decision(1, outcome="gated"), decision(2, outcome="gated")])
    assert record_decisions(ledger, NIGHT).changed == 2
    assert count_decisions(ledger, NIGHT) == {"send": 1, "gated": 1}


def test_a_night_followed_by_a_later_one_is_compared_and_left_unchanged(
    decided: psycopg.Connection,
) -> None:
    record_decisions(decided, NIGHT)
    next_night = NIGHT + timedelta(days=1)
    fill_warehouse(decided, [decision(1, night=next_night)])
    record_decisions(decided, next_night)
    fill_warehouse(decided, [decision(0), decision(1, outcome="capped"), decision(9)])
    replay = record_decisions(decided, NIGHT)
    assert replay == Recorded(is_history=True, same=1, added=1, dropped=3, changed=1)
    assert count_decisions(decided, NIGHT) == Counter(OUTCOMES)


def test_other_nights_are_left_alone(decided: psycopg.Connection) -> None:
    record_decisions(decided, NIGHT)
    next_night = NIGHT + timedelta(days=1)
    fill_warehouse(decided, [decision(1, night=next_night)])
    record_decisions(decided, next_night)
    assert count_decisions(decided, NIGHT) == Counter(OUTCOMES)


def test_a_night_that_the_warehouse_does_not_hold_keeps_its_record(
    decided: psycopg.Connection,
) -> None:
    record_decisions(decided, NIGHT)
    fill_warehouse(decided, [decision(1, night=NIGHT + timedelta(days=1))])
    with pytest.raises(NightNotDecidedError, match="holds the night 2026-03-03, not 2026-03-02"):
        record_decisions(decided, NIGHT)
    assert count_decisions(decided, NIGHT) == Counter(OUTCOMES)


def test_concurrent_recorders_leave_one_record(decided: psycopg.Connection) -> None:
    def record(_: int) -> int:
        with connect() as connection:
            return record_decisions(connection, NIGHT).added

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(record, range(8))) == [0] * 7 + [len(OUTCOMES)]
    assert count_decisions(decided, NIGHT) == Counter(OUTCOMES)


def _rows(connection: psycopg.Connection, schema: str) -> list[tuple]:
    query = sql.SQL("select {} from {} order by campaign, customer_id").format(
        sql.SQL(", ").join(map(sql.Identifier, COLUMNS)), sql.Identifier(schema, "decisions")
    )
    return connection.execute(query).fetchall()
