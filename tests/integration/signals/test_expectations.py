"""The suites under `dbt_project/expectations/`, on a healthy night and on planted bad ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from retention.ledger.mart_checks import record_mart_check
from retention.ledger.migration import migrate
from retention.quality.expectations import MartVerdict, check_marts, read_suites
from tests.integration.signals.conftest import NIGHT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.signals.conftest import Warehouse

SCHEMAS = {
    "kept_orders": "shop",
    "lifecycle": "signals",
    "replenishment": "signals",
    "purchase_hours": "signals",
    "quarter_spend": "signals",
    "customer_signals": "signals",
}

NOW = datetime(2026, 9, 21, 1, tzinfo=UTC)

# By bad night: what happened to each mart, and words of the message that reports it.
BAD_NIGHTS = {
    "a night of emptied marts": {
        mart: (f"truncate {schema}.{mart}", "at least one") for mart, schema in SCHEMAS.items()
    },
    "a night of lost prices and times": {
        "kept_orders": ("update shop.kept_orders set net_amount = 0", "cost something"),
        "lifecycle": ("update signals.lifecycle set net_amount = 0", "prices were lost"),
        "customer_signals": ("update signals.customer_signals set net_amount = 0", "prices"),
        "replenishment": ("update signals.replenishment set buy_probability = 0", "likely"),
        "purchase_hours": ("update signals.purchase_hours set global_share = 0.97", "time of day"),
        "quarter_spend": ("update signals.quarter_spend set spend = 0", "prices were lost"),
    },
    "a stale and doubled load": {
        "kept_orders": (
            "insert into shop.kept_orders (order_id, customer_id, ordered_at, net_amount,"
            " ordered_hour, line_count) select order_id || '-again', customer_id, ordered_at,"
            " net_amount, ordered_hour, line_count from shop.kept_orders",
            "ran twice",
        ),
        "lifecycle": ("update signals.lifecycle set recency_days = recency_days + 3", "stopped"),
        "customer_signals": (
            "update signals.customer_signals set recency_days = recency_days + 3",
            "stopped",
        ),
        "replenishment": (
            "update signals.replenishment set recency_days = recency_days + 3",
            "stopped",
        ),
        "quarter_spend": (
            "update signals.quarter_spend set returned_amount = bought_amount",
            "loaded twice",
        ),
        "purchase_hours": (
            "delete from signals.purchase_hours where ('x' || left(md5(customer_id), 1))::bit(4)"
            "::int < 8",
            "partial",
        ),
    },
    "a night in which all customers are alike": {
        "quarter_spend": ("update signals.quarter_spend set tier_amount = 15", "four closed"),
        "lifecycle": ("update signals.lifecycle set stage = 'active'", "No stage"),
        "customer_signals": ("update signals.customer_signals set stage = 'active'", "spread"),
        "replenishment": (f"update signals.replenishment set due_date = '{NIGHT}'", "one date"),
        "purchase_hours": ("update signals.purchase_hours set is_personal = true", "of their own"),
        "kept_orders": ("update shop.kept_orders set ordered_hour = 0", "midnight"),
    },
}


def test_every_suite_says_in_words_what_it_expects() -> None:
    suites = read_suites()
    assert {suite.mart for suite in suites} >= set(SCHEMAS)
    for suite in suites:
        for expectation in suite.expectations:
            assert len(expectation.meta["says"].split()) > 3, (suite.mart, expectation.type)


@pytest.fixture(scope="module")
def usual_rows(warehouse: Warehouse) -> dict[str, int]:
    return {
        mart: int(warehouse.read(f"select count(*) as rows from {schema}.{mart}").rows[0])
        for mart, schema in SCHEMAS.items()
    }


@pytest.fixture
def night_after(
    copied_warehouse: Warehouse, usual_rows: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> Warehouse:
    """The built night before its check; the night before had the same row counts and passed."""
    for variable, value in copied_warehouse.cluster.environment(copied_warehouse.database).items():
        monkeypatch.setenv(variable, value)
    migrate()
    with psycopg.connect(copied_warehouse.url) as connection:
        for mart, rows in usual_rows.items():
            record_mart_check(
                connection,
                night=NIGHT - timedelta(days=1),
                mart=mart,
                passed=True,
                row_count=rows,
                failures=[],
                checked_at=NOW,
            )
    return copied_warehouse


def test_a_healthy_night_passes_every_suite(night_after: Warehouse, tmp_path: Path) -> None:
    verdicts = _check(night_after, tmp_path)
    assert {verdict.mart: verdict.failures for verdict in verdicts} == dict.fromkeys(SCHEMAS, ())


@pytest.mark.parametrize("night", BAD_NIGHTS)
def test_every_mart_fails_its_check_on(night: str, night_after: Warehouse, tmp_path: Path) -> None:
    for statement, _ in BAD_NIGHTS[night].values():
        night_after.execute(statement)
    failures = {
        verdict.mart: "\n".join(verdict.failures) for verdict in _check(night_after, tmp_path)
    }
    for mart, (_, words) in BAD_NIGHTS[night].items():
        assert words in failures[mart], (mart, failures[mart])


def test_unknown_time_zones_are_counted_and_hold_nobody_back(
    night_after: Warehouse, tmp_path: Path
) -> None:
    night_after.execute(
        "update signals.customer_signals set time_zone = 'Mars/Olympus_Mons' where customer_id in"
        " (select customer_id from signals.customer_signals order by customer_id limit 3)"
    )
    (verdict,) = (each for each in _check(night_after, tmp_path) if each.mart == "customer_signals")
    assert verdict.passed
    (warning,) = (each for each in verdict.warnings if "time zone" in each)
    assert "observed 3;" in warning
    assert "Mars/Olympus_Mons" in warning


def _check(warehouse: Warehouse, docs: Path) -> list[MartVerdict]:
    with psycopg.connect(warehouse.url) as connection:
        return check_marts(connection, NIGHT, SCHEMAS, docs, NOW)
