"""The parameters of the night against a backtest of the window before it, computed by pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from tests.integration.signals.conftest import NIGHT
from tests.integration.signals.purchases import Purchases, calibrated, known_purchases

if TYPE_CHECKING:
    from tests.integration.signals.conftest import Warehouse

TAUS = (60, 120, 180)
PAIR = ["customer_id", "product_type"]


@pytest.fixture(scope="module")
def purchases(warehouse: Warehouse) -> Purchases:
    return known_purchases(warehouse, NIGHT)


@pytest.fixture(scope="module")
def mart(warehouse: Warehouse) -> pd.DataFrame:
    rows = warehouse.read("select * from signals.signal_parameters")
    assert (rows.night_date == NIGHT).all()
    return rows.set_index("signal").astype({f"loss_{tau}": float for tau in TAUS})


def test_replenishment_learns_from_the_fortnight_before(
    mart: pd.DataFrame, purchases: Purchases
) -> None:
    days = purchases.lines[[*PAIR, "day"]].drop_duplicates()
    _check(mart.loc["replenishment"], _backtest(days, purchases, PAIR, 14, at_least=3), default=120)


def test_lifecycle_learns_from_the_eight_weeks_before(
    mart: pd.DataFrame, purchases: Purchases
) -> None:
    orders = purchases.orders
    _check(
        mart.loc["lifecycle"],
        _backtest(orders, purchases, ["customer_id"], 56, at_least=1),
        default=60,
    )


def test_purchase_hours_choose_the_tau_that_predicted_the_actual_hours(
    mart: pd.DataFrame, purchases: Purchases
) -> None:
    orders = purchases.orders
    orders["age"] = purchases.age(orders.day)
    past, recent = orders[orders.age > 56], orders[orders.age <= 56]
    counts = past.groupby("customer_id").size()
    recent = recent[recent.customer_id.map(counts).fillna(0) >= 5]
    shop = np.bincount(past.hour, minlength=24) / len(past)
    losses = {}
    for tau in TAUS:
        shares = {
            customer: _hour_shares(own, shop, tau) for customer, own in past.groupby("customer_id")
        }
        losses[tau] = [
            -np.log(shares[order.customer_id][order.hour]) for order in recent.itertuples()
        ]
    row = mart.loc["purchase_hours"]
    assert row.prediction_count == len(recent)
    assert row.calibration_factor == 1
    assert row.tau_days == _chosen(pd.DataFrame(losses), default=180)
    for tau in TAUS:
        assert row[f"loss_{tau}"] == pytest.approx(np.mean(losses[tau]), rel=1e-9)


def test_a_night_built_again_replaces_only_its_own_parameters(copied_warehouse: Warehouse) -> None:
    copied_warehouse.execute(
        "insert into signals.signal_parameters (night_date, signal, horizon_days, tau_days,"
        " calibration_factor, is_learnt) values ('2026-09-20', 'lifecycle', 56, 60, 1.5, true);"
        f"update signals.signal_parameters set tau_days = 1 where night_date = '{NIGHT}'"
    )
    copied_warehouse.build(NIGHT, "--full-refresh", selected=("signal_parameters",))
    rows = copied_warehouse.read("select night_date, tau_days from signals.signal_parameters")
    assert (rows.tau_days > 1).all()
    assert (rows.night_date < NIGHT).sum() == 1


def _backtest(
    events: pd.DataFrame, purchases: Purchases, keys: list[str], horizon: int, *, at_least: int
) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Return each tau's exposures at the start of the window, and whether an event fell into it."""
    age = purchases.age(events.day)
    past, recent = events[age > horizon], events[age <= horizon]
    counts = past.groupby(keys).size()
    known = counts.index[counts >= at_least]
    bought = known.isin(recent.groupby(keys).size().index)
    tested = {}
    for tau in TAUS:
        weights = np.exp(-(age[age > horizon] - horizon) / tau)
        sums = pd.Series(weights, past.index).groupby([past[key] for key in keys]).sum()
        tested[tau] = horizon * sums[known].to_numpy() / tau, bought
    return tested


def _check(
    row: pd.Series, backtest: dict[int, tuple[np.ndarray, np.ndarray]], default: int
) -> None:
    factors = {tau: calibrated(exposure, bought) for tau, (exposure, bought) in backtest.items()}
    losses = pd.DataFrame(
        {
            tau: (1 - np.exp(-factors[tau] * exposure) - bought) ** 2
            for tau, (exposure, bought) in backtest.items()
        }
    )
    bought = backtest[default][1]
    assert row.is_learnt
    assert (row.prediction_count, row.observed_share) == (len(bought), pytest.approx(bought.mean()))
    for tau in TAUS:
        assert row[f"loss_{tau}"] == pytest.approx(losses[tau].mean(), rel=1e-9)
    assert row.tau_days == _chosen(losses, default)
    assert row.calibration_factor == pytest.approx(factors[row.tau_days], rel=1e-9)


def _chosen(losses: pd.DataFrame, default: int) -> int:
    leads = losses.rsub(losses[default], axis=0)
    errors = leads.std() / np.sqrt(len(leads))
    surely_better = losses.mean()[leads.mean() > 2 * errors]
    return int(surely_better.idxmin()) if len(surely_better) else default


def _hour_shares(own: pd.DataFrame, shop: np.ndarray, tau: int) -> np.ndarray:
    weights = np.exp(-(own.age - 56) / tau)
    histogram = np.bincount(own.hour, weights=weights, minlength=24)
    smooth = 0.25 * np.roll(histogram, 1) + 0.5 * histogram + 0.25 * np.roll(histogram, -1)
    return (smooth + 5 * shop) / (histogram.sum() + 5)
