"""The lifecycle mart against the formulas of docs/signals.md, computed by pandas."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from tests.integration.signals.conftest import NIGHT
from tests.integration.signals.purchases import Purchases, calibrated, known_purchases

if TYPE_CHECKING:
    from tests.integration.signals.conftest import Warehouse

TAU, HORIZON = 60, 56


@pytest.fixture(scope="module")
def purchases(warehouse: Warehouse) -> Purchases:
    return known_purchases(warehouse, NIGHT)


@pytest.fixture(scope="module")
def mart(warehouse: Warehouse) -> pd.DataFrame:
    return warehouse.read("select * from signals.lifecycle").set_index("customer_id").sort_index()


@pytest.fixture(scope="module")
def expected(purchases: Purchases) -> pd.DataFrame:
    orders = purchases.orders
    orders["age"] = purchases.age(orders.day)
    customers = pd.DataFrame(
        {customer: _totals(own) for customer, own in orders.groupby("customer_id")}
    ).T.sort_index()
    customers["activity_probability"] = 1 - np.exp(
        -_factor(orders) * HORIZON * customers.weight.astype(float) / TAU
    )
    return customers


def test_there_is_one_row_for_each_customer_who_ordered(
    mart: pd.DataFrame, expected: pd.DataFrame
) -> None:
    assert list(mart.index) == list(expected.index)
    assert len(mart) > 250


def test_counts_dates_and_amounts_are_exact(mart: pd.DataFrame, expected: pd.DataFrame) -> None:
    assert (mart.order_count == expected.order_count).all()
    assert (mart.recency_days == expected.recency_days).all()
    assert (mart.first_ordered_at == expected.first_ordered_at).all()
    assert (mart.last_ordered_at == expected.last_ordered_at).all()
    assert ((mart.net_amount * 100).astype(int) == expected.cents).all()
    assert ((mart.spend_365_days * 100).astype(int) == expected.cents_of_a_year).all()


def test_the_typical_gap_is_the_decayed_average_of_gaps(
    mart: pd.DataFrame, expected: pd.DataFrame
) -> None:
    gaps = expected.typical_gap_days.astype(float)
    assert (mart.typical_gap_days.isna() == gaps.isna()).all()
    known = gaps.notna()
    np.testing.assert_allclose(mart.typical_gap_days[known].astype(float), gaps[known], rtol=1e-9)
    np.testing.assert_allclose(
        mart.hiatus_ratio[known].astype(float),
        expected.recency_days[known].astype(float) / gaps[known],
        rtol=1e-9,
    )


def test_the_activity_probability_is_calibrated_on_the_window_before(
    mart: pd.DataFrame, expected: pd.DataFrame
) -> None:
    np.testing.assert_allclose(
        mart.activity_probability, expected.activity_probability.astype(float), rtol=1e-9
    )


def test_quintiles_rank_customers_and_ties_share_a_quintile(
    mart: pd.DataFrame, expected: pd.DataFrame
) -> None:
    for quintile, value in {
        "recency_quintile": expected.last_ordered_at,
        "frequency_quintile": expected.order_count,
        "monetary_quintile": expected.cents,
    }.items():
        lower = value.map(lambda own, of=value: (of < own).sum()).astype(int)
        ranked = np.minimum(5, 1 + np.floor(5 * lower / (len(value) - 1)))
        assert (mart[quintile] == ranked).all(), quintile
        assert set(mart[quintile]) == {1, 2, 3, 4, 5}


def test_stages_follow_from_the_orders_missed(mart: pd.DataFrame, expected: pd.DataFrame) -> None:
    shop = np.median(expected.any_gap_days.dropna().astype(float))
    gaps = expected.typical_gap_days.astype(float).fillna(shop).clip(lower=7)
    missed = expected.recency_days.astype(float) / gaps
    limits = pd.cut(
        missed, [-1, 2, 4, 8, np.inf], labels=["active", "cooling", "lapsing", "lapsed"]
    ).astype(str)
    is_single = expected.order_count == 1
    is_recent = expected.recency_days <= 30
    stages = limits.where(~is_single, np.where(is_recent, "new", "one_time"))
    assert (mart.stage == stages).all()
    assert mart.stage.nunique() >= 4


def _totals(own: pd.DataFrame) -> dict[str, object]:
    days = sorted(set(own.day))
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    fading = [0.8**since for since in reversed(range(len(gaps)))]
    typical = np.average(gaps, weights=fading) if gaps else None
    return {
        "order_count": len(own),
        "first_ordered_at": own.ordered_at.min(),
        "last_ordered_at": own.ordered_at.max(),
        "recency_days": int(own.age.min()),
        "cents": own.cents.sum(),
        "cents_of_a_year": own.cents[own.age <= 365].sum(),
        "any_gap_days": typical,
        "typical_gap_days": typical if len(own) >= 3 else None,
        "weight": np.exp(-own.age / TAU).sum(),
    }


def _factor(orders: pd.DataFrame) -> float:
    past = orders[orders.age > HORIZON]
    weights = np.exp(-(past.age - HORIZON) / TAU).groupby(past.customer_id).sum()
    came_true = weights.index.isin(orders[orders.age <= HORIZON].customer_id)
    return calibrated(HORIZON * weights.to_numpy() / TAU, came_true)
