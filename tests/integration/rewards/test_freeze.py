"""A quarter is frozen once, permanently, and every replay is compared with it."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import psycopg
import pytest

from retention.database import connect
from retention.ledger.reward_runs import (
    Decision,
    RunState,
    checksum,
    find_run,
    list_frozen_grades,
    list_totals,
)
from retention.rewards.decision import NotDecidedAsAskedError, approve, reject
from retention.rewards.freeze import QuarterNotGradedError, ReplayDiffersError, freeze, grade
from tests.integration.rewards.quarter import (
    CLOSE,
    CUSTOMERS,
    NOW,
    QUARTER,
    approved_run,
    fill_grades,
    grade_of,
    graded_run,
)

REJECTED = Decision(RunState.REJECTED, "Kaisa", "the returns of September are missing")
LINES = """
    copy (
        select customer_id, currency, spend, tier_threshold, amount, left_out_reason
        from ledger.reward_grades where run = '2026Q3-1'
        order by customer_id collate "C", currency collate "C"
    ) to stdout
"""


def test_what_is_frozen_is_what_the_warehouse_had(ledger: psycopg.Connection) -> None:
    run = freeze(ledger, QUARTER, NOW)
    assert (run.run, run.state, run.as_of) == ("2026Q3-1", "frozen", CLOSE)
    assert list_frozen_grades(ledger, run.run) == sorted(CUSTOMERS)
    assert find_run(ledger, "2026Q3") == run


def test_the_checksum_can_be_made_with_psql_alone(ledger: psycopg.Connection) -> None:
    odd = grade_of("back\\slash\tand tab", "800", left_out_reason="a\nline")
    fill_grades(ledger, [*CUSTOMERS, odd])
    run = freeze(ledger, QUARTER, NOW)
    with ledger.cursor() as cursor, cursor.copy(LINES) as copy:
        assert hashlib.sha256(b"".join(copy)).hexdigest() == run.checksum


def test_every_value_of_a_grade_is_in_the_checksum() -> None:
    one = grade_of("anna", "800")
    others = [
        one._replace(customer_id="anni"),
        one._replace(currency="SEK"),
        one._replace(spend=Decimal("800.01")),
        one._replace(tier_threshold=Decimal("700.00")),
        one._replace(amount=Decimal("31.00")),
        one._replace(left_out_reason="staff"),
    ]
    assert len({checksum([each]) for each in [one, *others]}) == 7


def test_a_replay_on_the_same_data_writes_nothing(ledger: psycopg.Connection) -> None:
    first = freeze(ledger, QUARTER, NOW)
    fill_grades(ledger, reversed(CUSTOMERS))
    assert freeze(ledger, QUARTER, NOW + timedelta(days=90)) == first


@pytest.mark.parametrize("state", ["frozen", "approved"])
def test_a_replay_that_differs_names_customers_and_keeps_the_frozen_grades(
    ledger: psycopg.Connection, state: str
) -> None:
    run = freeze(ledger, QUARTER, NOW) if state == "frozen" else approved_run(ledger)
    fill_grades(ledger, [*CUSTOMERS[1:], grade_of("late", "600")])
    with pytest.raises(
        ReplayDiffersError, match="other grades for 2 customers, such as anna, late"
    ):
        freeze(ledger, QUARTER, NOW)
    assert list_frozen_grades(ledger, run.run) == sorted(CUSTOMERS)
    assert find_run(ledger, "2026Q3") == run


def test_after_a_rejection_the_quarter_is_frozen_again(ledger: psycopg.Connection) -> None:
    first = graded_run(ledger)
    reject(ledger, first, REJECTED, NOW)
    fill_grades(ledger, CUSTOMERS[:3])
    second = freeze(ledger, QUARTER, NOW)
    assert (second.run, second.customer_count) == ("2026Q3-2", 3)
    assert list_frozen_grades(ledger, first.run) == sorted(CUSTOMERS)


def test_grades_known_up_to_another_night_are_not_frozen(ledger: psycopg.Connection) -> None:
    fill_grades(ledger, CUSTOMERS, known=date(2026, 10, 2))
    with pytest.raises(QuarterNotGradedError, match=r"up to 2026-10-02, not up to 2026-10-01"):
        freeze(ledger, QUARTER, NOW)


@pytest.mark.usefixtures("ledger")
def test_of_many_parallel_calls_only_one_freezes() -> None:
    def attempt(_: int) -> str:
        with connect() as connection:
            return freeze(connection, QUARTER, NOW).run

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(attempt, range(8))) == {"2026Q3-1"}


@pytest.mark.parametrize(
    "change",
    [
        "update ledger.reward_grades set amount = 1000",
        "delete from ledger.reward_grades",
        "truncate ledger.reward_grades",
        "delete from ledger.reward_totals",
        "delete from ledger.reward_runs",
    ],
)
def test_frozen_grades_cannot_be_changed(ledger: psycopg.Connection, change: str) -> None:
    graded_run(ledger)
    with pytest.raises(psycopg.IntegrityError):
        ledger.execute(change)


def test_the_database_allows_only_one_valid_run_of_a_quarter(ledger: psycopg.Connection) -> None:
    freeze(ledger, QUARTER, NOW)
    with pytest.raises(psycopg.IntegrityError, match="a_quarter_has_one_run_that_stands"):
        ledger.execute(
            "insert into ledger.reward_runs (run, quarter, attempt, as_of, state, frozen_at,"
            " customer_count, checksum, earlier) select '2026Q3-2', quarter, 2, as_of, state,"
            " frozen_at, customer_count, checksum, earlier from ledger.reward_runs"
        )


def test_totals_count_rewarded_customers_and_are_computed_once(ledger: psycopg.Connection) -> None:
    run = freeze(ledger, QUARTER, NOW)
    for _ in range(2):
        grade(ledger, run.run, NOW)
    assert list_totals(ledger, run.run) == [
        ("EUR", Decimal(500), Decimal(15), 3),
        ("EUR", Decimal(750), Decimal(30), 1),
        ("EUR", Decimal(1000), Decimal(50), 1),
    ]
    assert find_run(ledger, "2026Q3").state == "graded"


def test_two_currencies_are_counted_separately(ledger: psycopg.Connection) -> None:
    crowns = {"currency": "SEK", "tier_threshold": Decimal(5000), "amount": Decimal(150)}
    fill_grades(ledger, [grade_of("anna", "600"), grade_of("sven", "6000", **crowns)])
    run = graded_run(ledger)
    assert [(each.currency, each.card_count) for each in list_totals(ledger, run.run)] == [
        ("EUR", 1),
        ("SEK", 1),
    ]


def test_the_database_rewards_nobody_twice_in_a_run(ledger: psycopg.Connection) -> None:
    crowns = {"currency": "SEK", "tier_threshold": Decimal(5000), "amount": Decimal(150)}
    fill_grades(ledger, [grade_of("anna", "600"), grade_of("anna", "6000", **crowns)])
    with pytest.raises(RuntimeError, match="nobody_is_rewarded_twice"):
        freeze(ledger, QUARTER, NOW)
    assert find_run(ledger, "2026Q3") is None


def test_a_decision_is_made_once(ledger: psycopg.Connection) -> None:
    run = graded_run(ledger)
    approve(ledger, run, "Kaisa", NOW)
    approve(ledger, run, "Olli", NOW)
    assert find_run(ledger, "2026Q3").decided_by == "Kaisa"
    with pytest.raises(NotDecidedAsAskedError, match="approved by Kaisa"):
        reject(ledger, run, REJECTED, NOW)


def test_a_rejected_run_cannot_be_approved(ledger: psycopg.Connection) -> None:
    run = graded_run(ledger)
    reject(ledger, run, REJECTED, NOW)
    with pytest.raises(NotDecidedAsAskedError, match="rejected by Kaisa"):
        approve(ledger, run, "Olli", NOW)


def test_an_unchecked_run_cannot_be_approved(ledger: psycopg.Connection) -> None:
    run = freeze(ledger, QUARTER, NOW)
    grade(ledger, run.run, NOW)
    with pytest.raises(RuntimeError, match="an_approved_run_was_checked"):
        approve(ledger, run, "Kaisa", NOW)


def test_earlier_quarters_are_compared_except_the_first_of_all(
    ledger: psycopg.Connection,
) -> None:
    for quarter in ("2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2"):
        fill_grades(ledger, CUSTOMERS[: int(quarter[-1])], quarter)
    run = freeze(ledger, QUARTER, NOW)
    assert [each["quarter"] for each in run.earlier] == ["2025Q3", "2025Q4", "2026Q1", "2026Q2"]
    assert run.earlier[0] == {
        "quarter": "2025Q3",
        "currency": "EUR",
        "customer_count": 3,
        "card_count": 2,
        "amount": "65.00",
    }
