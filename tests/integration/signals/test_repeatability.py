"""One night, built again, is the same night."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.signals.conftest import NIGHT

if TYPE_CHECKING:
    from tests.integration.signals.conftest import Warehouse

SHUFFLE = "; ".join(
    f"""
    create table raw.shuffled as select * from raw.{table} order by md5({key} || 'again');
    truncate raw.{table};
    insert into raw.{table} select * from raw.shuffled;
    drop table raw.shuffled
    """
    for table, key in {
        "orders": "order_id",
        "order_lines": "order_line_id",
        "returns": "return_id",
        "products": "product_id",
        "customers": "customer_id",
    }.items()
)
FORGET_THE_FUTURE = f"""
    delete from raw.order_lines as lines using raw.orders as orders
    where
        lines.order_id = orders.order_id
        and orders.ordered_at >= '{NIGHT} 00:00 Europe/Helsinki';
    delete from raw.orders where ordered_at >= '{NIGHT} 00:00 Europe/Helsinki';
    delete from raw.returns where returned_at >= '{NIGHT} 00:00 Europe/Helsinki'
"""

# Like the planner of a bigger shop: several workers share a scan, in an unpredictable order.
PLAN_OTHERWISE = "; ".join(
    f"alter database {{database}} set {setting}"
    for setting in (
        "enable_sort = off",
        "parallel_setup_cost = 0",
        "parallel_tuple_cost = 0",
        "min_parallel_table_scan_size = 0",
        "max_parallel_workers_per_gather = 4",
    )
)


def test_a_rebuilt_night_is_identical_whatever_came_since_and_in_any_row_order(
    warehouse: Warehouse, copied_warehouse: Warehouse
) -> None:
    copied_warehouse.execute(FORGET_THE_FUTURE)
    copied_warehouse.execute(SHUFFLE)
    copied_warehouse.execute(PLAN_OTHERWISE.format(database=copied_warehouse.database))
    copied_warehouse.build()
    assert copied_warehouse.checksums() == warehouse.checksums()
