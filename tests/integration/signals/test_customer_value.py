"""Customer value against docs/signals/customer_value.md, computed with pandas; and its fit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import psycopg
import pytest

from retention.fits.bg_nbd import BgNbd, Histories
from retention.fits.gamma_gamma import GammaGamma
from retention.fits.run import FitVerdict, fit_models
from tests.integration.signals.conftest import NIGHT
from tests.integration.signals.purchases import Purchases, known_purchases

if TYPE_CHECKING:
    from datetime import date

    from tests.integration.signals.conftest import Warehouse

TAU, HORIZON = 180, 365


@pytest.fixture(scope="module")
def purchases(warehouse: Warehouse) -> Purchases:
    return known_purchases(warehouse, NIGHT)


@pytest.fixture(scope="module")
def orders(purchases: Purchases) -> pd.DataFrame:
    orders = purchases.orders
    return orders.assign(age=purchases.age(orders.day), amount=orders.cents / 100)


@pytest.fixture(scope="module")
def mart(warehouse: Warehouse) -> pd.DataFrame:
    rows = warehouse.read("select * from signals.customer_value")
    return rows.set_index("customer_id").sort_index()


def test_every_customer_who_ordered_has_a_row_with_the_amount_paid(
    mart: pd.DataFrame, orders: pd.DataFrame
) -> None:
    by_customer = orders.groupby("customer_id").amount
    assert list(mart.index) == list(by_customer.size().index)
    assert list(mart.order_count) == list(by_customer.size())
    np.testing.assert_allclose(mart.net_amount.astype(float), by_customer.sum(), atol=1e-6)
    np.testing.assert_allclose(
        mart.mean_order_amount.astype(float), by_customer.mean(), atol=0.0051
    )


def test_expected_orders_are_calibrated_on_the_window_before(
    mart: pd.DataFrame, orders: pd.DataFrame
) -> None:
    history = orders.age.max()
    window = min(history // 2, 365)
    past = orders[orders.age > window]
    before = _rate(past.assign(age=past.age - window), history - window)
    came = orders[(orders.age <= window) & orders.customer_id.isin(past.customer_id)]
    factor = len(came) / (before.sum() * window)
    expected = factor * HORIZON * _rate(orders, history)
    np.testing.assert_allclose(mart.expected_orders_365_days, expected, rtol=1e-9)


def test_expected_spend_is_orders_times_an_amount_shrunk_towards_the_shops(
    mart: pd.DataFrame, orders: pd.DataFrame
) -> None:
    by_customer = orders.groupby("customer_id").amount
    amount = (by_customer.sum() + orders.amount.mean()) / (by_customer.size() + 1)
    np.testing.assert_allclose(mart.expected_order_amount.astype(float), amount, atol=0.0051)
    np.testing.assert_allclose(
        mart.expected_spend_365_days.astype(float),
        amount * mart.expected_orders_365_days,
        atol=0.0051,
    )


def test_a_model_that_is_not_listed_gives_no_values(mart: pd.DataFrame) -> None:
    assert mart.bgnbd_orders_365_days.isna().all()
    assert mart.bgnbd_spend_365_days.isna().all()


def test_a_fit_values_every_customer_and_a_refused_one_leaves_the_last_good_values(
    copied_warehouse: Warehouse, orders: pd.DataFrame
) -> None:
    assert _fit(copied_warehouse, NIGHT).is_kept
    values = copied_warehouse.read("select * from ledger.bgnbd_values").set_index("customer_id")
    found = copied_warehouse.read("select parameters from ledger.fits").parameters[0]
    repeats, histories, mean_amount = _histories(orders)
    times = BgNbd(*(found[name] for name in ("r", "alpha", "a", "b")))
    amounts = GammaGamma(*(found[name] for name in ("p", "q", "v")))
    values = values.sort_index()
    assert list(values.index) == list(repeats.index)
    np.testing.assert_allclose(
        values.expected_orders, times.expected_purchases(histories, HORIZON / 7), atol=1e-5
    )
    np.testing.assert_allclose(
        values.expected_order_amount,
        amounts.expected_amount(histories.repeats, mean_amount),
        atol=1e-5,
    )

    copied_warehouse.execute("delete from shop.kept_orders where order_id not like '%77'")
    verdict = _fit(copied_warehouse, NIGHT + timedelta(days=1))
    assert not verdict.is_kept
    assert "customers came back" in verdict.message
    assert f"the results of {NIGHT} stay" in verdict.message
    kept = copied_warehouse.read("select * from ledger.bgnbd_values").set_index("customer_id")
    pd.testing.assert_frame_equal(kept.sort_index(), values)


def _rate(orders: pd.DataFrame, history: float) -> pd.Series:
    """Return each customer's orders per day: the decayed count over the decayed history."""
    weight = np.exp(-orders.age / TAU).groupby(orders.customer_id).sum()
    return weight / TAU / (1 - np.exp(-history / TAU))


def _histories(orders: pd.DataFrame) -> tuple[pd.Series, Histories, np.ndarray]:
    days = orders.groupby(["customer_id", "age"], as_index=False).amount.sum()
    first = days.groupby("customer_id").age.transform("max")
    ages = days.groupby("customer_id").age
    repeats = ages.size() - 1
    mean = days[days.age < first].groupby("customer_id").amount.mean()
    histories = Histories(
        repeats.to_numpy(float),
        ((ages.max() - ages.min()) / 7).to_numpy(),
        (ages.max() / 7).to_numpy(),
    )
    return repeats, histories, mean.reindex(repeats.index).fillna(0).to_numpy()


def _fit(warehouse: Warehouse, night: date) -> FitVerdict:
    now = datetime(2026, 9, 21, 1, tzinfo=UTC)
    with psycopg.connect(warehouse.url, autocommit=True) as connection:
        (verdict,) = fit_models(connection, ["bgnbd"], night, now)
    return verdict
