"""Nights that rebuild only what changed equal a full refresh, row by row."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.integration.signals.conftest import NIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.signals.conftest import Warehouse

WHAT_REMEMBERS = ("order_lines", "int_customer_versions", "config.materialized:by_customer")
ANOTHER_EPOCH = ("--vars", "decay_epoch: 2021-01-01")

# The shop's corrections on the day before each night of a week, to months that nights have seen.
WEEK = {
    "lines arrive late": """
        insert into raw.orders
        select (jsonb_populate_record(orders, jsonb_build_object(
            'order_id', 'late-' || order_id
        ))).*
        from raw.orders as orders where order_id::bigint % 997 = 0;
        insert into raw.order_lines
        select (jsonb_populate_record(lines, jsonb_build_object(
            'order_id', 'late-' || order_id, 'order_line_id', 'late-' || order_line_id
        ))).*
        from raw.order_lines as lines where order_id::bigint % 997 = 0
    """,
    "quantities and amounts are corrected": """
        update raw.order_lines set quantity = quantity + 1, net_amount = net_amount + 0.01
        where left(md5(order_line_id), 3) = 'abc'
    """,
    "lines and a whole customer are deleted": """
        delete from raw.order_lines where left(md5(order_line_id), 3) = 'bcd';
        delete from raw.order_lines as lines using raw.orders as orders
        where lines.order_id = orders.order_id
            and orders.customer_id = (select max(customer_id) from raw.orders)
    """,
    "a product changes its type, another its name": """
        update raw.products set product_type = 'RENAMED TYPE' where product_id = (
            select product_id from raw.order_lines
            group by product_id order by count(*) desc, product_id offset 40 limit 1
        );
        update raw.products set product_name = 'Another name' where product_id = (
            select product_id from raw.order_lines
            group by product_id order by count(*) desc, product_id offset 20 limit 1
        )
    """,
    "orders are cancelled and lines returned": """
        update raw.orders set status = 'cancelled' where left(md5(order_id), 3) = 'cde';
        insert into raw.returns (
            return_id, order_line_id, quantity, amount, returned_at, updated_at
        )
        select 'later-' || order_line_id, order_line_id, 1, 0.10, moment, moment
        from raw.order_lines, (values (timestamptz '2026-09-25 12:00+00')) as moments (moment)
        where left(md5(order_line_id), 3) = 'def'
    """,
    "an account is merged into another": """
        update raw.orders set customer_id = (select min(customer_id) from raw.orders)
        where customer_id = (
            select customer_id from raw.orders group by customer_id
            order by count(*), customer_id limit 1
        )
    """,
    "moments are corrected over midnight": """
        update raw.orders set ordered_at = ordered_at - interval '9 hours'
        where left(md5(order_id), 2) = 'ef'
    """,
}


@pytest.fixture(scope="module")
def week(warehouse: Warehouse) -> Iterator[Warehouse]:
    """A copy of the night's warehouse after a week of corrections, its last night not yet built."""
    copied = type(warehouse)(warehouse.cluster, "signals_week", warehouse.target)
    copied.cluster.create_database(copied.database, template=warehouse.database)
    for days, correction in enumerate(WEEK.values(), start=1):
        copied.execute(correction)
        if days < len(WEEK):
            copied.build(NIGHT + timedelta(days=days), selected=WHAT_REMEMBERS)
    yield copied
    copied.cluster.drop_database(copied.database)


@pytest.mark.parametrize(
    "days", [len(WEEK), len(WEEK) - 1], ids=["the last night", "a night in the past"]
)
def test_after_a_week_of_corrections_a_night_equals_a_full_refresh(
    week: Warehouse, days: int
) -> None:
    night = NIGHT + timedelta(days=days)
    week.build(night)
    assert _share_made_at_once(week) < 1
    incremental = week.checksums()
    week.build(night, "--full-refresh")
    assert _share_made_at_once(week) == 1
    assert week.checksums() == incremental


def test_another_definition_makes_every_row_anew(copied_warehouse: Warehouse) -> None:
    copied_warehouse.execute("create table public.before as table shop.type_weights")
    copied_warehouse.build(NIGHT, *ANOTHER_EPOCH, selected=("type_weights",))
    kept = copied_warehouse.read(
        "select count(*) as rows from shop.type_weights"
        " inner join public.before using (customer_id, product_type, weight_60_at_epoch)"
    )
    assert kept.rows[0] == 0


def _share_made_at_once(warehouse: Warehouse) -> float:
    """Return the share of baskets that the same transaction made, the largest one's."""
    return warehouse.read(
        "select max(rows)::float / sum(rows) as share from"
        " (select count(*) as rows from shop.baskets group by xmin) as transactions"
    ).share[0]
