"""The mart of purchase hours against the formula of docs/signals.md, computed by numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from tests.integration.signals.conftest import NIGHT
from tests.integration.signals.purchases import known_purchases

if TYPE_CHECKING:
    from tests.integration.signals.conftest import Warehouse

TAU = 180
HOURS = np.arange(24)


@pytest.fixture(scope="module")
def mart(warehouse: Warehouse) -> pd.DataFrame:
    rows = warehouse.read("select * from signals.purchase_hours")
    return rows.set_index("customer_id").sort_index()


@pytest.fixture(scope="module")
def orders(warehouse: Warehouse) -> pd.DataFrame:
    purchases = known_purchases(warehouse, NIGHT)
    orders = purchases.orders
    orders["weight"] = np.exp(-purchases.age(orders.day) / TAU)
    return orders


def test_the_shops_window_holds_the_most_orders(mart: pd.DataFrame, orders: pd.DataFrame) -> None:
    windows = _windows(np.bincount(orders.hour, minlength=24) / len(orders))
    assert (mart.global_window_start_hour == windows.argmax()).all()
    np.testing.assert_allclose(mart.global_share, windows.max(), rtol=1e-9)


def test_each_customers_window_is_the_best_of_all_twenty_four(
    mart: pd.DataFrame, orders: pd.DataFrame
) -> None:
    shop = np.bincount(orders.hour, minlength=24) / len(orders)
    expected = pd.DataFrame(
        {customer: _window(own, shop) for customer, own in orders.groupby("customer_id")}
    ).T.sort_index()
    assert list(mart.index) == list(expected.index)
    assert (mart.order_count == expected.order_count).all()
    assert (mart.is_personal == expected.is_personal).all()
    assert (mart.window_start_hour == expected.window_start_hour).all()
    np.testing.assert_allclose(
        mart.predicted_share, expected.predicted_share.astype(float), rtol=1e-9
    )
    assert 0.2 < mart.is_personal.mean() < 0.95


def _window(own: pd.DataFrame, shop: np.ndarray) -> dict[str, object]:
    histogram = np.bincount(own.hour, weights=own.weight, minlength=24)
    smooth = 0.25 * np.roll(histogram, 1) + 0.5 * histogram + 0.25 * np.roll(histogram, -1)
    windows = _windows((smooth + 5 * shop) / (smooth.sum() + 5))
    shared = _windows(shop)
    is_personal = len(own) >= 5 and windows.max() > 1.1 * shared.max()
    best = windows if is_personal else shared
    # Windows that differ only by rounding are tied; the earliest counts.
    start = int(np.flatnonzero(best > best.max() - 1e-12)[0])
    return {
        "order_count": len(own),
        "is_personal": is_personal,
        "window_start_hour": start,
        "predicted_share": best[start],
    }


def _windows(shares: np.ndarray) -> np.ndarray:
    return np.array([shares[(start + np.arange(3)) % 24].sum() for start in HOURS])
