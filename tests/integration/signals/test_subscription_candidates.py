"""Subscription candidates against docs/signals/subscription_candidates.md, computed with pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.integration.signals.conftest import NIGHT
from tests.integration.signals.purchases import known_purchases

if TYPE_CHECKING:
    import pandas as pd

    from tests.integration.signals.conftest import Warehouse

HORIZON, MINIMUM = 56, 4
PAIR = ["customer_id", "product_type"]


@pytest.fixture(scope="module")
def mart(warehouse: Warehouse) -> pd.DataFrame:
    rows = warehouse.read("select * from signals.subscription_candidates")
    return rows.set_index(PAIR).sort_index()


@pytest.fixture(scope="module")
def ages(warehouse: Warehouse) -> pd.core.groupby.SeriesGroupBy:
    """The ages, in days, of each pair's purchase days, for pairs with four or more."""
    purchases = known_purchases(warehouse, NIGHT)
    days = purchases.lines[[*PAIR, "day"]].drop_duplicates().sort_values([*PAIR, "day"])
    days["age"] = purchases.age(days.day)
    enough = days.groupby(PAIR).age.transform("size") >= MINIMUM
    return days[enough].groupby(PAIR).age


def test_there_is_one_row_for_each_pair_bought_on_four_days(
    mart: pd.DataFrame, ages: pd.core.groupby.SeriesGroupBy
) -> None:
    counts = ages.size()
    assert list(mart.index) == list(counts.index)
    assert (mart.purchase_count == counts).all()
    assert len(mart) > 5_000


def test_the_pace_is_the_decayed_count_in_eight_weeks(
    mart: pd.DataFrame, ages: pd.core.groupby.SeriesGroupBy, warehouse: Warehouse
) -> None:
    (parameters,) = warehouse.read(
        "select tau_days, calibration_factor from signals.signal_parameters"
        f" where signal = 'subscription_candidates' and night_date = '{NIGHT}'"
    ).itertuples()
    pairs = ages.ngroup()
    pace = HORIZON * np.bincount(pairs, np.exp(-ages.obj / parameters.tau_days))
    np.testing.assert_allclose(mart.purchases_per_56_days, pace / parameters.tau_days, rtol=1e-9)
    np.testing.assert_allclose(
        mart.expected_purchases_56_days,
        parameters.calibration_factor * pace / parameters.tau_days,
        rtol=1e-9,
    )


def test_gaps_are_described_by_their_mean_and_their_variation(
    mart: pd.DataFrame, ages: pd.core.groupby.SeriesGroupBy
) -> None:
    gaps = {pair: -np.diff(own) for pair, own in ages}
    mean = np.array([gap.mean() for gap in gaps.values()])
    spread = np.array([gap.std(ddof=1) for gap in gaps.values()])
    np.testing.assert_allclose(mart.mean_gap_days.astype(float), mean, rtol=1e-9)
    np.testing.assert_allclose(mart.gap_variation.astype(float), spread / mean, atol=1e-9)
