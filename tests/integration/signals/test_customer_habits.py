"""First orders and returns of real households, computed independently from the raw tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from tests.integration.signals.conftest import NIGHT
from tests.integration.signals.purchases import ZONE, Purchases, known_purchases

if TYPE_CHECKING:
    from tests.integration.signals.conftest import Warehouse

PRIOR_LINES = 20


@pytest.fixture(scope="module")
def purchases(warehouse: Warehouse) -> Purchases:
    return known_purchases(warehouse, NIGHT)


def test_the_first_order_and_the_days_to_the_second(
    warehouse: Warehouse, purchases: Purchases
) -> None:
    mart = warehouse.read("select * from signals.first_order").set_index("customer_id")
    for customer, own in purchases.orders.groupby("customer_id"):
        row, first = mart.loc[customer], own.iloc[0]
        assert row.order_id == first.order_id
        assert row.days_since == (NIGHT - first.day).days
        assert row.has_second_order == (len(own) > 1)
        if row.has_second_order:
            assert row.second_after_days == (own.iloc[1].day - first.day).days
    assert len(mart) == purchases.orders.customer_id.nunique()


def test_the_first_basket_counts_for_the_type_that_cost_most(
    warehouse: Warehouse, purchases: Purchases
) -> None:
    mart = warehouse.read("select * from signals.first_order").set_index("order_id")
    first = purchases.lines[purchases.lines.order_id.isin(mart.index)]
    types = first.groupby(["order_id", "product_type"], as_index=False).cents.sum()
    types = types.sort_values(["cents", "product_type"], ascending=[False, True])
    dearest = types.groupby("order_id").first()
    assert (mart.product_type == dearest.product_type.reindex(mart.index)).all()
    cents = types.groupby("order_id").cents.sum().reindex(mart.index)
    assert (mart.net_amount * 100 == cents).all()


def test_shares_of_returns_are_computed_as_documented(
    warehouse: Warehouse, purchases: Purchases
) -> None:
    mart = warehouse.read("select * from signals.return_habits").set_index("customer_id")
    customers = _returns(warehouse, purchases).reindex(mart.index)
    assert customers.lines.sum() == mart.bought_line_count.sum()
    assert (mart.returned_line_count == customers.returned_lines).all()
    assert (mart.returned_amount * 100 == customers.returned_cents).all()
    shop = customers.returned_lines.sum() / customers.lines.sum()
    share = (customers.returned_lines + PRIOR_LINES * shop) / (customers.lines + PRIOR_LINES)
    np.testing.assert_allclose(mart.returned_line_share.astype(float), share, rtol=1e-9)
    np.testing.assert_allclose(mart.times_average.astype(float), share / shop, rtol=1e-9)
    assert (mart.returned_line_count > 0).any()


def _returns(warehouse: Warehouse, purchases: Purchases) -> pd.DataFrame:
    """Return each customer's bought lines, returned lines, and returned cents."""
    bought = warehouse.read(
        "select order_line_id, customer_id, (net_amount * 100)::int as cents, ordered_at"
        " from raw.order_lines inner join raw.orders using (order_id)"
        " inner join raw.products using (product_id)"
        " where status <> 'cancelled' and quantity > 0 and net_amount > 0"
        " and product_type is not null and product_category is distinct from 'COUPON/MISC ITEMS'"
        " and department not in ('FUEL', 'COUPON', 'MISCELLANEOUS')"
    )
    begins = pd.Timestamp(NIGHT, tz=ZONE)
    bought = bought[bought.ordered_at < begins].set_index("order_line_id")
    kept = purchases.lines.set_index("order_line_id").cents
    returns = warehouse.read("select order_line_id, returned_at from raw.returns")
    known = set(returns.order_line_id[returns.returned_at < begins])
    bought["is_returned"] = bought.index.isin(known)
    bought["returned_cents"] = bought.cents - kept.reindex(bought.index, fill_value=0)
    return bought.groupby("customer_id").agg(
        lines=("cents", "size"),
        returned_lines=("is_returned", "sum"),
        returned_cents=("returned_cents", "sum"),
    )
