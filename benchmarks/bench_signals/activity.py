"""The probability of any order within 56 days, against BG/NBD and models trained on the past."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks.bench_signals.features import (
    features_of_customers,
    fitted_probabilities,
    is_bought_within,
)
from benchmarks.bench_signals.nights import NIGHT
from benchmarks.scores import area_under_roc, bootstrap_error, brier, calibration_by_quarter
from benchmarks.targets import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.journey import Journey

PAGE = "lifecycle"
MODELS = ("+lifecycle",)
HORIZON = timedelta(days=56)


def score(journey: Journey, context: dict[str, Any]) -> Iterator[Target]:
    """Yield how well the probability ranks the customers."""
    customers = journey.read("select customer_id, activity_probability from signals.lifecycle")
    orders = journey.read("select customer_id, ordered_date from truth.orders")
    came_true = is_bought_within(orders, customers[["customer_id"]], NIGHT, HORIZON)
    predicted = customers.activity_probability.to_numpy(float)
    context["activity_brier"] = brier(predicted, came_true)
    context["activity_calibration"] = calibration_by_quarter(predicted, came_true)
    others = _others(orders, customers.customer_id)
    yield Target(
        "activity_auc_cj_56d",
        area_under_roc(predicted, came_true),
        at_least=0.868,
        anchors={name: area_under_roc(ranks, came_true) for name, ranks in others.items()},
        n=len(customers),
        standard_error=bootstrap_error(
            area_under_roc, customers.customer_id.to_numpy(str), predicted, came_true
        ),
    )


def _others(orders: pd.DataFrame, customer_ids: pd.Series) -> dict[str, np.ndarray]:
    """Return how other methods rank the customers, fitted on data known by the night."""
    earlier = features_of_customers(orders, NIGHT - HORIZON)
    answers = is_bought_within(
        orders, earlier.reset_index()[["customer_id"]], NIGHT - HORIZON, HORIZON
    )
    asked = features_of_customers(orders, NIGHT).reindex(customer_ids).fillna(0)
    return {
        "recency": -asked.recency_days.to_numpy(float),
        "order count": asked.purchase_count.to_numpy(float),
        "BG/NBD expected orders": expected_orders(asked),
        **fitted_probabilities(earlier, answers, asked),
    }


def expected_orders(features: pd.DataFrame) -> np.ndarray:
    """Return the number of orders that `lifetimes`' BG/NBD expects of each customer in the horizon.

    The model counts days with an order, in weeks. A penalty of 0.01 keeps the fit from diverging.
    """
    from lifetimes import BetaGeoFitter

    repeats = features.order_days.to_numpy(float) - 1
    known_weeks = features.days_known.to_numpy(float) / 7
    recency_weeks = known_weeks - features.recency_days.to_numpy(float) / 7
    fitter = BetaGeoFitter(penalizer_coef=0.01)
    with np.errstate(invalid="ignore"):
        fitter.fit(repeats, recency_weeks, known_weeks)
        expected = fitter.conditional_expected_number_of_purchases_up_to_time(
            HORIZON.days / 7, repeats, recency_weeks, known_weeks
        )
    return pd.Series(expected).fillna(0).to_numpy(float)
