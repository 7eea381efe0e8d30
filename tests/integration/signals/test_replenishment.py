"""The replenishment mart against the formulas of docs/signals.md, computed by pandas."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from tests.integration.signals.conftest import NIGHT
from tests.integration.signals.purchases import Purchases, calibrated, known_purchases

if TYPE_CHECKING:
    from tests.integration.signals.conftest import Warehouse

TAU, HORIZON = 120, 14
PAIR = ["customer_id", "product_type"]


@pytest.fixture(scope="module")
def purchases(warehouse: Warehouse) -> Purchases:
    return known_purchases(warehouse, NIGHT)


@pytest.fixture(scope="module")
def mart(warehouse: Warehouse) -> pd.DataFrame:
    return warehouse.read("select * from signals.replenishment").set_index(PAIR).sort_index()


@pytest.fixture(scope="module")
def days(purchases: Purchases) -> pd.DataFrame:
    """One row per customer, product type and day, with the days since the previous one."""
    days = purchases.lines[[*PAIR, "day"]].drop_duplicates().sort_values([*PAIR, "day"])
    days["age"] = purchases.age(days.day)
    days["log_gap"] = np.log(-days.groupby(PAIR).age.diff())
    return days


def test_there_is_one_row_for_each_pair_bought_on_three_days(
    mart: pd.DataFrame, days: pd.DataFrame
) -> None:
    counts = days.groupby(PAIR).size()
    counts = counts[counts >= 3]
    assert list(mart.index) == list(counts.index)
    assert (mart.purchase_count == counts).all()
    assert len(mart) > 8_000


def test_due_dates_come_a_typical_gap_after_the_last_purchase(
    mart: pd.DataFrame, days: pd.DataFrame
) -> None:
    gaps = days.dropna(subset="log_gap")
    by_type = gaps.groupby("product_type").log_gap.mean()
    excess = (gaps.log_gap - gaps.product_type.map(by_type)).groupby(gaps.customer_id)
    by_customer = excess.sum() / (excess.size() + 5)
    expected = pd.Series(
        {
            pair: _typical_gap(own.to_numpy(), by_customer[pair[0]] + by_type[pair[1]])
            for pair, own in gaps.groupby(PAIR).log_gap
        }
    ).loc[mart.index]
    last = days.groupby(PAIR).day.max().loc[mart.index]
    due = [day + timedelta(days=round(gap)) for day, gap in zip(last, expected, strict=True)]
    np.testing.assert_allclose(mart.typical_gap_days.astype(float), expected, rtol=1e-9)
    assert list(mart.due_date) == due
    assert list(mart.recency_days) == [(NIGHT - day).days for day in last]


def test_the_probability_is_calibrated_on_the_window_before(
    mart: pd.DataFrame, days: pd.DataFrame
) -> None:
    past = days[days.age > HORIZON]
    by_pair = np.exp(-(past.age - HORIZON) / TAU).groupby([past[column] for column in PAIR])
    weights = by_pair.sum()[by_pair.size() >= 3]
    recent = pd.MultiIndex.from_frame(days.loc[days.age <= HORIZON, PAIR])
    factor = calibrated(HORIZON * weights.to_numpy() / TAU, weights.index.isin(recent))
    now = np.exp(-days.age / TAU).groupby([days[column] for column in PAIR]).sum()
    expected = 1 - np.exp(-factor * HORIZON * now.loc[mart.index] / TAU)
    np.testing.assert_allclose(mart.buy_probability, expected, rtol=1e-9)


def test_the_evidence_lists_the_last_five_orders(mart: pd.DataFrame, purchases: Purchases) -> None:
    lines = purchases.lines.sort_values(["cents", "product_id"], ascending=[False, True])
    lines["pieces"] = lines.quantity.astype(float)
    baskets = lines.groupby([*PAIR, "order_id"], as_index=False).agg(
        ordered_at=("ordered_at", "first"),
        day=("day", "first"),
        product_id=("product_id", "first"),
        product_name=("product_name", "first"),
        pieces=("pieces", "sum"),
    )
    baskets = baskets.sort_values(["ordered_at", "order_id"], ascending=False)
    orders = defaultdict(list)
    for order in baskets.itertuples():
        orders[order.customer_id, order.product_type].append(order)
    for row in mart.reset_index().itertuples():
        own = orders[row.customer_id, row.product_type]
        assert (row.product_id, row.product_name) == (own[0].product_id, own[0].product_name)
        assert row.last_ordered_at == own[0].ordered_at
        assert row.evidence == [
            {
                "order_id": order.order_id,
                "ordered_date": order.day.isoformat(),
                "product_name": order.product_name,
                "quantity": pytest.approx(order.pieces),
            }
            for order in own[:5]
        ]


def _typical_gap(log_gaps: np.ndarray, usual: float) -> float:
    fading = 0.8 ** np.arange(len(log_gaps))[::-1]
    return float(np.exp((fading @ log_gaps + 2 * usual) / (fading.sum() + 2)))
