"""The probability of buying a type again within 14 days, against models of the same past."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.bench_signals.features import (
    features_of_pairs,
    fitted_probabilities,
    is_bought_within,
)
from benchmarks.bench_signals.nights import NIGHT
from benchmarks.scores import average_precision, bootstrap_error, brier, calibration_by_quarter
from benchmarks.targets import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from benchmarks.journey import Journey

MODELS = ("+replenishment",)
HORIZON = timedelta(days=14)
PAIR = ["customer_id", "product_type"]


def score(journey: Journey, context: dict[str, Any]) -> Iterator[Target]:
    """Yield how well the probability ranks the pairs, and its distance from the outcomes."""
    pairs = journey.read(f"select {', '.join(PAIR)}, buy_probability from signals.replenishment")
    days = journey.read("select * from truth.purchase_days")
    came_true = is_bought_within(days, pairs[PAIR], NIGHT, HORIZON)
    predicted = pairs.buy_probability.to_numpy(float)
    customers = pairs.customer_id.to_numpy(str)
    context["replenishment_calibration"] = calibration_by_quarter(predicted, came_true)
    others = _others(days, pairs[PAIR])
    yield Target(
        "replenishment_ap",
        average_precision(predicted, came_true),
        at_least=0.435,
        anchors={name: average_precision(ranks, came_true) for name, ranks in others.items()},
        n=len(pairs),
        standard_error=bootstrap_error(average_precision, customers, predicted, came_true),
    )
    others["the same for all"] = np.full(len(pairs), came_true.mean())
    del others["purchase count"]
    yield Target(
        "replenishment_brier",
        brier(predicted, came_true),
        at_most=0.135,
        anchors={name: brier(other, came_true) for name, other in others.items()},
        n=len(pairs),
        standard_error=bootstrap_error(brier, customers, predicted, came_true),
    )


def _others(days: pd.DataFrame, pairs: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the predictions of other methods, fitted on the two weeks that end with the night."""
    earlier = features_of_pairs(days, NIGHT - HORIZON)
    answers = is_bought_within(days, earlier.reset_index()[PAIR], NIGHT - HORIZON, HORIZON)
    now = pairs.merge(features_of_pairs(days, NIGHT).reset_index(), on=PAIR, how="left")
    asked = now[earlier.columns].fillna(0)
    return {
        "purchase count": asked["purchase_count"].to_numpy(float),
        **fitted_probabilities(earlier, answers, asked),
    }
