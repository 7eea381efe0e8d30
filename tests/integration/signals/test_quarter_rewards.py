"""Every quarter of real purchases, rewarded as of its close; and the edges of a quarter."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pandas as pd
import psycopg
import pytest

from retention.ledger.reward_runs import find_run, list_frozen_grades
from retention.project.shop import project_directory
from retention.rewards.freeze import ReplayDiffersError, freeze
from retention.rewards.quarters import Quarter
from tests.integration.signals.purchases import ZONE, known_purchases

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal
    from pathlib import Path

    from tests.integration.signals.conftest import Warehouse

QUARTERS = ["2025Q4", "2026Q1", "2026Q2", "2026Q3"]
REWARDS = [(500, 15), (750, 30), (1000, 50), (1500, 80)]

# Months later: the shop goes on, products of old quarters come back, an account is opened.
NEW_DATA = """
    insert into raw.orders
    select (jsonb_populate_record(orders, jsonb_build_object(
        'order_id', 'new-' || order_id, 'ordered_at', ordered_at + interval '400 days'
    ))).*
    from raw.orders as orders;
    insert into raw.order_lines
    select (jsonb_populate_record(lines, jsonb_build_object(
        'order_id', 'new-' || order_id, 'order_line_id', 'new-' || order_line_id
    ))).*
    from raw.order_lines as lines;
    insert into raw.returns (return_id, order_line_id, quantity, amount, returned_at, updated_at)
    select 'new-' || order_line_id, order_line_id, quantity, net_amount, moment, moment
    from raw.order_lines, (values (timestamptz '2026-10-01 00:00 Europe/Helsinki')) as m (moment)
    where quantity > 0;
    insert into raw.customers (customer_id, email) values ('new', 'new@example.com');
"""
LATE_ROW = """
    insert into raw.returns (return_id, order_line_id, quantity, amount, returned_at, updated_at)
    select 'late', order_line_id, quantity, net_amount, moment, moment
    from raw.order_lines inner join raw.orders using (order_id),
        (values (timestamptz '2026-09-30 23:59:59.999 Europe/Helsinki')) as m (moment)
    where quantity > 0 and status <> 'cancelled'
        and ordered_at between '2026-08-01' and '2026-09-01'
    order by net_amount desc limit 1
"""


def _grade(warehouse: Warehouse, quarter: Quarter) -> None:
    """Build the quarter's grades as `grant_quarterly_rewards` does."""
    warehouse.build(quarter.close_date, selected=("+quarter_grades",), schemas="rewards")


def _freeze(warehouse: Warehouse, quarter: str, now: datetime) -> str:
    """Grade and freeze a quarter; return the checksum of the run that counts."""
    _grade(warehouse, Quarter.read(quarter))
    with psycopg.connect(warehouse.url, autocommit=True) as connection:
        return freeze(connection, Quarter.read(quarter), now).checksum


def _expected_by_pandas(
    warehouse: Warehouse, quarter: Quarter
) -> dict[str, tuple[int, int | None]]:
    """Return cents and reward by customer, from the raw tables as known at the quarter's close."""
    kept = known_purchases(warehouse, quarter.close_date).orders.set_index("order_id").cents
    placed = warehouse.read(
        "select order_id, customer_id, ordered_at, gift_card_amount from raw.orders"
        " where status <> 'cancelled' and order_id in (select order_id from raw.order_lines"
        " inner join raw.products using (product_id) where quantity > 0 and net_amount > 0"
        " and product_type is not null and product_category is distinct from 'COUPON/MISC ITEMS'"
        " and department not in ('FUEL', 'COUPON', 'MISCELLANEOUS'))"
    ).set_index("order_id")
    days = pd.to_datetime(placed.ordered_at, utc=True).dt.tz_convert(ZONE).dt.date
    placed = placed[[str(quarter) == f"{day.year}Q{(day.month + 2) // 3}" for day in days]]
    paid = (placed.gift_card_amount * 100).astype(int)
    cents = (kept.reindex(placed.index, fill_value=0) - paid).clip(lower=0)
    return {
        customer: (
            total,
            max((worth for over, worth in REWARDS if total > over * 100), default=None),
        )
        for customer, total in cents.groupby(placed.customer_id).sum().items()
    }


@pytest.fixture(scope="module")
def moment() -> datetime:
    return pd.Timestamp("2026-10-02 09:00", tz=ZONE).to_pydatetime()


def test_every_quarter_equals_pandas_result_and_is_the_same_months_later(
    copied_warehouse: Warehouse, moment: datetime
) -> None:
    frozen = {}
    for quarter in QUARTERS:
        frozen[quarter] = _freeze(copied_warehouse, quarter, moment)
        expected = _expected_by_pandas(copied_warehouse, Quarter.read(quarter))
        assert _frozen_grades(copied_warehouse, quarter) == expected
        assert len({reward for _, reward in expected.values()}) >= 3
    copied_warehouse.execute(NEW_DATA)
    for quarter in ("2026Q1", "2026Q3"):
        assert _freeze(copied_warehouse, quarter, moment) == frozen[quarter]
    copied_warehouse.execute(LATE_ROW)
    with pytest.raises(ReplayDiffersError, match="other grades for 1 customers"):
        _freeze(copied_warehouse, "2026Q3", moment)


def _frozen_grades(warehouse: Warehouse, quarter: str) -> dict[str, tuple[int, int | None]]:
    with psycopg.connect(warehouse.url) as connection:
        grades = list_frozen_grades(connection, find_run(connection, quarter).run)
    assert len(grades) > 200
    return {
        grade.customer_id: (int(grade.spend * 100), None if grade.amount is None else grade.amount)
        for grade in grades
    }


@pytest.fixture
def edges(
    copied_warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Warehouse:
    """An empty shop with rewards in crowns too, two merged accounts and a staff account."""
    project = tmp_path / "dbt_project"
    shutil.copytree(project_directory(), project, ignore=shutil.ignore_patterns("target", "logs"))
    for seed, line in {
        "reward_tiers": "SEK,5000.00,150.00,2015-01-01,",
        "merged_customers": "merged_old,merged,2026-02-14",
        "excluded_customers": "tester,2026-01-01,test account",
    }.items():
        with (project / "seeds" / f"{seed}.csv").open("a") as file:
            file.write(f"{line}\n")
    monkeypatch.setenv("DBT_PROJECT_DIR", str(project))
    copied_warehouse.execute("truncate raw.orders, raw.order_lines, raw.returns, raw.customers")
    return copied_warehouse


def _buy(warehouse: Warehouse, customer: str, at: str, amount: str, currency: str = "EUR") -> str:
    """Add a customer's order of one product at a time in Helsinki; return the order's id."""
    order = f"{customer} {at} {currency}"
    warehouse.execute(
        f"insert into raw.orders (order_id, customer_id, ordered_at, status, currency)"
        f" values ('{order}', '{customer}', '{at} Europe/Helsinki', 'completed', '{currency}');"
        f" insert into raw.order_lines (order_line_id, order_id, product_id, quantity, net_amount)"
        f" select '{order}', '{order}', min(product_id), 1, {amount} from raw.products"
        f" where product_type is not null and department = 'GROCERY'"
    )
    return order


def _return(warehouse: Warehouse, order: str, at: str, amount: str) -> None:
    warehouse.execute(
        "insert into raw.returns (return_id, order_line_id, quantity, amount, returned_at)"
        f" values ('{order}', '{order}', 0.5, {amount}, '{at} Europe/Helsinki')"
    )


def test_the_edges_of_a_quarter(edges: Warehouse, moment: datetime) -> None:
    """The first quarter of 2026 begins in winter time and ends in summer time."""
    for customer, at in {
        "last_of_2025": "2025-12-31 23:59:59.999",
        "first_of_2026": "2026-01-01 00:00",
        "last_of_march": "2026-03-31 23:59:59.999",
        "first_of_april": "2026-04-01 00:00",
    }.items():
        _buy(edges, customer, at, "600")
    _buy(edges, "at_500", "2026-02-01 12:00", "500.00")
    _buy(edges, "over_500", "2026-02-01 12:00", "500.01")
    returned = _buy(edges, "returned_before_the_close", "2026-02-01 12:00", "600")
    _return(edges, returned, "2026-03-31 23:59:59.999", "100")
    returned = _buy(edges, "returned_after_the_close", "2026-02-01 12:00", "600")
    _return(edges, returned, "2026-04-01 00:00", "100")
    _buy(edges, "two_currencies", "2026-02-01 12:00", "400")
    _buy(edges, "two_currencies", "2026-02-01 12:00", "4999", "SEK")
    _buy(edges, "over_in_both", "2026-02-01 12:00", "600")
    _buy(edges, "over_in_both", "2026-02-01 12:00", "6000", "SEK")
    _buy(edges, "over_in_crowns", "2026-02-01 12:00", "5000.01", "SEK")
    _buy(edges, "merged_old", "2026-02-01 12:00", "300")
    _buy(edges, "merged", "2026-02-01 12:00", "300")
    _buy(edges, "tester", "2026-02-01 12:00", "600")

    assert _rewards(edges, "2026Q1", moment) == {
        ("first_of_2026", "EUR"): 15,
        ("last_of_march", "EUR"): 15,
        ("over_500", "EUR"): 15,
        ("returned_after_the_close", "EUR"): 15,
        ("over_in_both", "EUR"): 15,
        ("over_in_crowns", "SEK"): 150,
        ("merged", "EUR"): 15,
    }
    assert _left_out(edges, "2026Q1") == {
        ("over_in_both", "SEK"): "is rewarded in EUR",
        ("tester", "EUR"): "test account",
    }
    older = edges.read("select quarter, customer_id from rewards_reporting.quarter_grades")
    assert list(older.customer_id[older.quarter == "2025Q4"]) == ["last_of_2025"]
    assert "first_of_april" not in set(older.customer_id)


def _rewards(warehouse: Warehouse, quarter: str, now: datetime) -> dict[tuple[str, str], Decimal]:
    _freeze(warehouse, quarter, now)
    with psycopg.connect(warehouse.url) as connection:
        grades = list_frozen_grades(connection, find_run(connection, quarter).run)
    return {
        (each.customer_id, each.currency): each.amount
        for each in grades
        if each.amount is not None and each.left_out_reason is None
    }


def _left_out(warehouse: Warehouse, quarter: str) -> dict[tuple[str, str], str]:
    with psycopg.connect(warehouse.url) as connection:
        grades = list_frozen_grades(connection, find_run(connection, quarter).run)
    return {
        (each.customer_id, each.currency): each.left_out_reason
        for each in grades
        if each.left_out_reason is not None
    }
