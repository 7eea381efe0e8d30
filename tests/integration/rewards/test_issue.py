"""Every approved reward becomes one card with one code, whatever happens on the way."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from retention.database import connect
from retention.ledger.gift_card_pool import count_pool_codes
from retention.ledger.gift_cards import Batch
from retention.ledger.reward_runs import find_run
from retention.rewards import issue
from retention.rewards.codes import is_well_formed
from retention.rewards.freeze import freeze, grade
from retention.rewards.issue import (
    QUARTERLY,
    CardsDifferError,
    NotApprovedError,
    PoolEmptyError,
    issue_planned,
    issue_run,
)
from retention.rewards.pool_import import import_codes
from retention.rewards.reissue import reissue
from tests.integration.rewards.dying import KilledError, connect_until
from tests.integration.rewards.quarter import (
    CARDS,
    NOW,
    QUARTER,
    WORTH,
    approved_run,
    cards,
    fill_grades,
    grade_of,
    number_and_sum,
)
from tests.shops import shop_that

if TYPE_CHECKING:
    import psycopg

    from retention.ledger.reward_runs import RewardRun
    from retention.project.shop import Shop

ROOT = Path(__file__).parents[3]
MADE, FROM_POOL = shop_that(), shop_that(gift_card_codes="pool")
POOL = """code,currency,amount,expires_date
POOL-AAAA-0001,EUR,15.00,2027-06-30
POOL-AAAA-0002,EUR,15.00,
POOL-AAAA-0003,EUR,15.00,2027-03-31
POOL-BBBB-0001,EUR,30.00,
POOL-CCCC-0001,EUR,50.00,
POOL-CCCC-0002,EUR,50.00,2026-10-05
"""


def _state(connection: psycopg.Connection) -> str:
    return find_run(connection, "2026Q3").state


def _everything(connection: psycopg.Connection) -> list[tuple[object, ...]]:
    return connection.execute("select * from ledger.gift_cards order by card_id").fetchall()


def test_each_reward_becomes_one_card(ledger: psycopg.Connection) -> None:
    assert issue_run(ledger, approved_run(ledger), MADE, NOW) == CARDS
    assert cards(ledger) == [
        ("anna", 15, "issued"),
        ("clara", 50, "issued"),
        ("daavid", 15, "issued"),
        ("eeva", 15, "issued"),
        ("frans", 30, "issued"),
    ]
    assert number_and_sum(ledger) == (CARDS, WORTH)
    assert _state(ledger) == "issued"


def test_a_card_has_a_code_its_hash_its_end_and_its_last_four(
    ledger: psycopg.Connection,
) -> None:
    issue_run(ledger, approved_run(ledger), MADE, NOW)
    rows = ledger.execute(
        "select code_plain, code_last_four, expires_date,"
        " code_hash = ledger.hash_gift_card_code(lower(replace(code_plain, '-', ' ')))"
        " from ledger.gift_cards"
    ).fetchall()
    assert len({code for code, *_ in rows}) == CARDS
    for code, last_four, expires_date, is_hash in rows:
        assert is_well_formed(code)
        assert code.endswith(last_four)
        assert expires_date == date(2027, 10, 1)
        assert is_hash


def test_two_ledgers_hash_the_same_code_differently(ledger: psycopg.Connection) -> None:
    (ours,) = ledger.execute("select ledger.hash_gift_card_code('ABCD')").fetchone()
    ledger.execute("update ledger.gift_card_key set key = sha256('another')")
    (theirs,) = ledger.execute("select ledger.hash_gift_card_code('ABCD')").fetchone()
    assert len(ours) == len(theirs) == 32
    assert ours != theirs


def test_issuing_again_changes_nothing(ledger: psycopg.Connection) -> None:
    run = approved_run(ledger)
    issue_run(ledger, run, MADE, NOW)
    before = _everything(ledger)
    assert issue_run(ledger, run, MADE, NOW + timedelta(days=1)) == 0
    assert issue_run(ledger, find_run(ledger, "2026Q3"), MADE, NOW + timedelta(days=1)) == 0
    assert _everything(ledger) == before


def test_a_cancelled_card_is_not_granted_again(ledger: psycopg.Connection) -> None:
    run = approved_run(ledger)
    issue_run(ledger, run, MADE, NOW)
    ledger.execute(
        "update ledger.gift_cards set state = 'cancelled', code_plain = null, cancelled_at = now(),"
        " cancelled_by = 'Kaisa', cancel_reason = 'returned' where customer_id = 'anna'"
    )
    assert issue_run(ledger, run, MADE, NOW) == 0
    assert len(cards(ledger)) == CARDS


@pytest.mark.parametrize("state", ["frozen", "graded"])
def test_nothing_is_issued_before_somebody_approved(ledger: psycopg.Connection, state: str) -> None:
    run = freeze(ledger, QUARTER, NOW)
    if state == "graded":
        grade(ledger, run.run, NOW)
    with pytest.raises(NotApprovedError, match=f"2026Q3-1 is {state}"):
        issue_run(ledger, find_run(ledger, "2026Q3"), MADE, NOW)
    assert cards(ledger) == []


def test_killed_before_any_statement_a_run_continues_to_the_approved_number_and_sum(
    ledger: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issue, "CARDS_PER_BATCH", 2)  # so that codes take three steps
    run = approved_run(ledger)
    found = set()
    for statement in range(1, 100):
        if not _is_killed(statement, run):
            break
        found.add((*number_and_sum(ledger), _state(ledger)))
        issue_run(ledger, run, MADE, NOW)
        assert number_and_sum(ledger) == (CARDS, WORTH)
        assert _state(ledger) == "issued"
        ledger.execute("truncate ledger.gift_cards cascade")
        ledger.execute("update ledger.reward_runs set state = 'approved', issued_at = null")
    assert number_and_sum(ledger) == (CARDS, WORTH)
    assert {count for count, *_ in found} == {0, 2, 4, 5}
    assert {state for *_, state in found} == {"approved"}


def test_killed_at_each_step_in_turn_a_run_ends_with_the_approved_number_and_sum(
    ledger: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each process gets one statement further than the previous one, and is killed there."""
    monkeypatch.setattr(issue, "CARDS_PER_BATCH", 1)
    run = approved_run(ledger)
    for statement in range(1, 30):
        _is_killed(statement, run)
        count, worth = number_and_sum(ledger)
        assert count <= CARDS
        assert worth <= WORTH
    assert number_and_sum(ledger) == (CARDS, WORTH)
    assert _state(ledger) == "issued"


def test_parallel_calls_issue_each_card_once(ledger: psycopg.Connection) -> None:
    fill_grades(ledger, [grade_of(f"c{number}", "600") for number in range(1200)])
    run = approved_run(ledger)

    def attempt(_: int) -> int:
        with connect() as connection:
            return issue_run(connection, run, MADE, NOW)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1200
    assert number_and_sum(ledger) == (1200, 1200 * 15)


def test_a_process_killed_between_two_batches_is_completed_by_the_next(
    ledger: psycopg.Connection,
) -> None:
    fill_grades(ledger, [grade_of(f"c{number:04}", "600") for number in range(1200)])
    run = approved_run(ledger)
    issue.cards.plan_run_cards(ledger, run.run, issue.QUARTERLY, is_from_pool=False, now=NOW)
    with connect() as other, other.transaction():
        # The second batch waits for this card, so that the process stands between two commits.
        other.execute("select from ledger.gift_cards where customer_id = 'c0700' for update")
        killed = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.rewards.dying", "to be killed"], cwd=ROOT
        )
        _wait_for_lock(ledger, "to be killed")
        killed.send_signal(signal.SIGKILL)
        assert killed.wait() == -signal.SIGKILL
        # Its statement waits in the server, which does not know yet that the client is gone.
        ledger.execute(
            "select pg_terminate_backend(pid, 10000) from pg_stat_activity"
            " where application_name = 'to be killed'"
        )
    assert number_and_sum(ledger) == (500, 500 * 15)
    assert _state(ledger) == "approved"
    issue_run(ledger, run, MADE, NOW)
    assert number_and_sum(ledger) == (1200, 1200 * 15)
    assert _state(ledger) == "issued"


def test_cards_that_were_not_approved_stop_the_run(ledger: psycopg.Connection) -> None:
    run = approved_run(ledger)
    ledger.execute(
        "insert into ledger.gift_cards (source, customer_id, occasion, run, currency, amount,"
        " is_from_pool, state, planned_at) values ('quarterly', 'friend', '2026Q3', '2026Q3-1',"
        " 'EUR', 500, false, 'planned', now())"
    )
    with pytest.raises(CardsDifferError, match=r"5 cards worth 125\.00 EUR .* but 6 worth 625\.00"):
        issue_run(ledger, run, MADE, NOW)
    assert number_and_sum(ledger) == (0, 0)


def test_cards_of_a_stopped_run_get_no_code_from_another_batch(
    ledger: psycopg.Connection,
) -> None:
    run = approved_run(ledger)
    issue_run(ledger, run, MADE, NOW)
    ledger.execute(
        "insert into ledger.gift_cards (source, customer_id, occasion, currency, amount,"
        " is_from_pool, state, planned_at, run)"
        " select source, customer_id, '2026Q2', currency, 500, false, 'planned', now(), run"
        " from ledger.gift_cards where customer_id = 'anna'"
    )
    ((card_id,),) = ledger.execute(
        "select card_id from ledger.gift_cards where customer_id = 'clara'"
    ).fetchall()
    reissue(ledger, card_id, by="eva", reason="the mail was lost", now=NOW)
    assert issue_planned(ledger, Batch(QUARTERLY), MADE, NOW) == 1
    waiting = ledger.execute("select amount from ledger.gift_cards where state = 'planned'")
    assert waiting.fetchall() == [(500,)]


class TestPool:
    @pytest.fixture(autouse=True)
    def pool(self, ledger: psycopg.Connection, tmp_path: Path) -> Path:
        file = tmp_path / "pool.csv"
        file.write_text(POOL)
        assert import_codes(ledger, file, NOW).added == 6
        return file

    def test_each_card_takes_a_code_of_its_value_that_expires_soonest_but_not_too_soon(
        self, ledger: psycopg.Connection
    ) -> None:
        issue_run(ledger, approved_run(ledger), FROM_POOL, NOW)
        assert ledger.execute(
            "select customer_id, code_plain, code_last_four, expires_date from ledger.gift_cards"
            " order by customer_id"
        ).fetchall() == [
            ("anna", "POOL-AAAA-0003", "0003", date(2027, 3, 31)),
            ("clara", "POOL-CCCC-0001", "0001", date(2027, 10, 1)),
            ("daavid", "POOL-AAAA-0001", "0001", date(2027, 6, 30)),
            ("eeva", "POOL-AAAA-0002", "0002", date(2027, 10, 1)),
            ("frans", "POOL-BBBB-0001", "0001", date(2027, 10, 1)),
        ]
        left = ledger.execute("select code_plain from ledger.gift_card_pool where card_id is null")
        assert left.fetchall() == [("POOL-CCCC-0002",)]
        kept = ledger.execute("select count(code_plain) from ledger.gift_card_pool").fetchone()
        assert kept == (1,)

    def test_an_empty_pool_is_an_error_and_leaves_the_others_issued(
        self, ledger: psycopg.Connection, pool: Path
    ) -> None:
        ledger.execute("delete from ledger.gift_card_pool where amount = 15 or amount = 30")
        with pytest.raises(PoolEmptyError, match=r"lacks 3 of 15\.00 EUR, 1 of 30\.00 EUR"):
            issue_run(ledger, approved_run(ledger), FROM_POOL, NOW)
        assert number_and_sum(ledger) == (1, 50)
        assert _state(ledger) == "approved"
        import_codes(ledger, pool, NOW)
        assert issue_run(ledger, find_run(ledger, "2026Q3"), FROM_POOL, NOW) == 4
        assert number_and_sum(ledger) == (CARDS, WORTH)
        assert _state(ledger) == "issued"

    def test_known_codes_are_named_by_line_and_not_imported_again(
        self, ledger: psycopg.Connection, pool: Path
    ) -> None:
        issue_run(ledger, approved_run(ledger), FROM_POOL, NOW)
        pool.write_text(f"{POOL}NEW-0000-0001-X,EUR,15.00,\n")
        imported = import_codes(ledger, pool, NOW)
        assert (imported.added, imported.known_lines) == (1, (2, 3, 4, 5, 6, 7))
        assert count_pool_codes(ledger, date(2026, 10, 2)) == [
            ("EUR", Decimal(15), 1),
            ("EUR", Decimal(50), 1),
        ]

    def test_killed_before_any_statement_no_code_is_lost_or_taken_twice(
        self, ledger: psycopg.Connection
    ) -> None:
        run = approved_run(ledger)
        for statement in range(1, 20):
            _is_killed(statement, run, FROM_POOL)
        assert number_and_sum(ledger) == (CARDS, WORTH)
        taken = ledger.execute(
            "select count(*), count(distinct card_id) from ledger.gift_card_pool"
            " where card_id is not null"
        )
        assert taken.fetchone() == (CARDS, CARDS)

    def test_parallel_calls_take_each_code_once(self, ledger: psycopg.Connection) -> None:
        run = approved_run(ledger)

        def attempt(_: int) -> int:
            with connect() as connection:
                return issue_run(connection, run, FROM_POOL, NOW)

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(attempt, range(4))) == CARDS


def test_no_log_line_holds_a_code(
    ledger: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    issue_run(ledger, approved_run(ledger), MADE, NOW)
    assert "5 cards issued" in caplog.text
    assert not re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){4}", caplog.text)


def _is_killed(statement: int, run: RewardRun, shop: Shop = MADE) -> bool:
    """Issue with a process that dies before its `statement`-th statement; return whether it did."""
    try:
        with connect_until(statement) as dying:
            issue_run(dying, run, shop, NOW)
    except KilledError:
        return True
    return False


def _wait_for_lock(connection: psycopg.Connection, application: str) -> None:
    waiting = (
        "select count(*) from pg_stat_activity where application_name = %s"
        " and wait_event_type = 'Lock'"
    )
    for _ in range(600):
        if connection.execute(waiting, [application]).fetchone() == (1,):
            return
        time.sleep(0.05)
    pytest.fail("the process never came to the card that is held")
