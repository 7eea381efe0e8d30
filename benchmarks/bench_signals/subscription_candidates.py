"""Subscription candidates: pairs with two purchases or more within the next eight weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.bench_signals.nights import NIGHT
from benchmarks.scores import bootstrap_error
from benchmarks.targets import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from benchmarks.journey import Journey

MODELS = ("+subscription_candidates",)
PACE, STRICT_PACE = 2, 3


def score(journey: Journey, context: dict[str, Any]) -> Iterator[Target]:
    """Yield precision and recall of the pairs at the pace given on the mart's page."""
    pairs = journey.read(PAIRS, night=NIGHT)
    suits = pairs.later_purchases >= PACE
    chosen = {
        f"pace of {STRICT_PACE}": pairs.purchases_per_56_days >= STRICT_PACE,
        "CV of gaps <= .5": pairs.gap_variation.astype(float) <= 0.5,
        "all": suits | True,
    }
    context["subscription_expected_purchases"] = {
        "predicted": float(pairs.expected_purchases_56_days.mean()),
        "observed": float(pairs.later_purchases.mean()),
    }
    fast = pairs.purchases_per_56_days >= PACE
    for name, score_of, at_least in (
        ("subscription_precision", _precision, 0.67),
        ("subscription_recall", _recall, 0.38),
    ):
        yield Target(
            name,
            score_of(fast, suits),
            at_least=at_least,
            anchors={way: score_of(chosen[way], suits) for way in chosen},
            n=len(pairs),
            standard_error=_error(score_of, pairs.customer_id, fast, suits),
        )


def _precision(chosen: np.ndarray, suits: np.ndarray) -> float:
    return float(np.sum(chosen & suits) / np.sum(chosen))


def _recall(chosen: np.ndarray, suits: np.ndarray) -> float:
    return float(np.sum(chosen & suits) / np.sum(suits))


def _error(score_of: object, customers: pd.Series, chosen: pd.Series, suits: pd.Series) -> float:
    return bootstrap_error(
        score_of, customers.to_numpy(str), chosen.to_numpy(bool), suits.to_numpy(bool)
    )


PAIRS = """
    select mart.customer_id, mart.gap_variation, mart.purchases_per_56_days,
        mart.expected_purchases_56_days, count(later.ordered_date) as later_purchases
    from signals.subscription_candidates as mart
    left join truth.purchase_days as later
        on
            mart.customer_id = later.customer_id
            and mart.product_type = later.product_type
            and later.ordered_date >= %(night)s
            and later.ordered_date < %(night)s::date + 56
    group by mart.customer_id, mart.product_type, mart.gap_variation, mart.purchases_per_56_days,
        mart.expected_purchases_56_days
"""
