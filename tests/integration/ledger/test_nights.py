"""One night at a time: only one run holds the warehouse."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from retention.jobs.refresh_segments import ForeignMartsError, require_own_marts
from retention.ledger.mart_checks import record_mart_check
from retention.ledger.nights import (
    Night,
    NightUnknownError,
    WarehouseNotHeldError,
    find_holder,
    find_night,
    free_warehouse,
    hold_warehouse,
    open_night,
)
from tests.integration.ledger.warehouse import NIGHT, NOW

LONG = timedelta(hours=3)


def _open(ledger: psycopg.Connection, run_id: str) -> None:
    open_night(ledger, Night(run_id, NIGHT, None, is_dry_run=False, opened_at=NOW))


def _hold(ledger: psycopg.Connection, run_id: str, now=NOW) -> bool:
    return run_id == hold_warehouse(ledger, run_id, now=now, believed_since=now - LONG)


@pytest.fixture
def two_runs(ledger: psycopg.Connection) -> psycopg.Connection:
    _open(ledger, "first")
    _open(ledger, "second")
    return ledger


def test_a_second_run_waits_until_the_first_releases_the_warehouse(two_runs: psycopg.Connection):
    assert _hold(two_runs, "first")
    assert not _hold(two_runs, "second")
    free_warehouse(two_runs, "first")
    assert _hold(two_runs, "second")


def test_a_cleared_run_keeps_the_warehouse_that_it_holds(two_runs: psycopg.Connection):
    assert _hold(two_runs, "first")
    assert _hold(two_runs, "first")


def test_a_run_that_died_loses_the_warehouse_after_the_longest_night(two_runs: psycopg.Connection):
    assert _hold(two_runs, "first")
    assert not _hold(two_runs, "second", NOW + LONG)
    assert _hold(two_runs, "second", NOW + LONG + timedelta(seconds=1))
    with pytest.raises(WarehouseNotHeldError, match="open_night"):
        find_holder(two_runs, "first")


def test_of_many_concurrent_runs_one_gets_the_warehouse(
    two_runs: psycopg.Connection, ledger_database: str
):
    runs = [f"run {number}" for number in range(8)]
    for run_id in runs:
        _open(two_runs, run_id)

    def come(run_id: str) -> bool:
        with psycopg.connect(ledger_database, autocommit=True) as connection:
            return _hold(connection, run_id)

    with ThreadPoolExecutor(len(runs)) as pool:
        assert sum(pool.map(come, runs)) == 1


def test_the_database_itself_lets_nobody_share_the_warehouse(two_runs: psycopg.Connection):
    with pytest.raises(Exception, match="one_run_holds_the_warehouse"):
        two_runs.execute("update ledger.nights set held_at = now()")


def test_work_on_the_warehouse_needs_an_open_run_that_holds_it(two_runs: psycopg.Connection):
    with pytest.raises(WarehouseNotHeldError, match="'first'"):
        find_holder(two_runs, "first")
    with pytest.raises(NightUnknownError, match="never opened"):
        find_holder(two_runs, "third")


@pytest.mark.parametrize("what", ["is_backfill", "is_dry_run"])
def test_a_run_restarted_by_a_backfill_sends_nothing_any_more(
    ledger: psycopg.Connection, what: str
):
    as_planned = Night("run", NIGHT, NOW, is_dry_run=False, opened_at=NOW)
    for night in (as_planned, replace(as_planned, **{what: True}), as_planned):
        open_night(ledger, night)
    assert getattr(find_night(ledger, "run"), what)


def test_a_warehouse_released_in_between_is_requested_again(
    two_runs: psycopg.Connection,
):
    """No run holds it: its holder released it after this run had seen it held."""
    assert hold_warehouse(two_runs, "unknown", now=NOW, believed_since=NOW - LONG) is None


@pytest.fixture
def checked(ledger: psycopg.Connection) -> psycopg.Connection:
    """A ledger with one good and one broken mart of the night, both built for it."""
    ledger.execute("create schema paluu")
    ledger.execute(
        "create table paluu.fingerprints"
        " (model text primary key, night_date date, fingerprint text)"
    )
    for mart, passed in (("lifecycle", True), ("replenishment", False)):
        failures = [] if passed else ["too few rows"]
        record_mart_check(ledger, NIGHT, mart, passed, 5, failures, NOW)
        ledger.execute("insert into paluu.fingerprints values (%s, %s, '')", [mart, NIGHT])
    return ledger


def test_a_night_is_not_decided_by_marts_of_another_one(checked: psycopg.Connection):
    require_own_marts(checked, NIGHT)
    checked.execute("update paluu.fingerprints set night_date = '2025-10-01'")
    with pytest.raises(ForeignMartsError, match=r"lifecycle \(2025-10-01\).*open_night"):
        require_own_marts(checked, NIGHT)


def test_a_broken_mart_that_was_not_built_does_not_stop_a_decision(
    checked: psycopg.Connection,
):
    checked.execute(
        "update paluu.fingerprints set night_date = '2025-10-01' where model = 'replenishment'"
    )
    require_own_marts(checked, NIGHT)
