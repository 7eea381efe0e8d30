"""Eight features of a pair or a customer, and scikit-learn models trained on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from datetime import date, timedelta

PAIR = ["customer_id", "product_type"]
MIN_PURCHASES = 3


def features_of_pairs(days: pd.DataFrame, night: date) -> pd.DataFrame:
    """Return eight features of each pair with three or more purchases before `night`, by pair."""
    past = days[pd.to_datetime(days.ordered_date) < pd.Timestamp(night)]
    past = past.assign(age=_ages(past.ordered_date, night))
    pairs = features_of_events(past, PAIR).query("purchase_count >= @MIN_PURCHASES")
    visits = past.drop_duplicates(["customer_id", "age"])
    of_customer = _decayed(visits, ["customer_id"], 60)
    customers = visits.customer_id.nunique()
    of_type = _decayed(past, ["product_type"], 60) / customers
    pairs["customer_weight_60"] = of_customer.reindex(pairs.index.get_level_values(0)).to_numpy()
    pairs["type_weight_60"] = of_type.reindex(pairs.index.get_level_values(1)).to_numpy()
    return pairs


def features_of_events(past: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return six features of events by key; column `age` is their age in days at the night."""
    ages = past.groupby(keys).age
    count, recency, span = ages.size(), ages.min(), ages.max() - ages.min()
    gap = span / (count - 1).clip(lower=1)
    return pd.DataFrame(
        {
            "purchase_count": count,
            "recency_days": recency,
            "mean_gap_days": gap,
            "missed_gaps": recency / gap.clip(lower=1),
            "weight_30": _decayed(past, keys, 30),
            "weight_120": _decayed(past, keys, 120),
        }
    )


def features_of_customers(orders: pd.DataFrame, night: date) -> pd.DataFrame:
    """Return eight features of each customer with an order before `night`, by customer."""
    past = orders[pd.to_datetime(orders.ordered_date) < pd.Timestamp(night)]
    past = past.assign(age=_ages(past.ordered_date, night))
    features = features_of_events(past, ["customer_id"])
    ages = past.groupby("customer_id").age
    features["days_known"] = ages.max()
    features["order_days"] = ages.nunique()
    return features


def is_bought_within(
    days: pd.DataFrame, keys: pd.DataFrame, night: date, horizon: timedelta
) -> np.ndarray:
    """Return for each row of `keys` whether it has an event within `horizon` from `night` on."""
    dates = pd.to_datetime(days.ordered_date)
    is_next = (dates >= pd.Timestamp(night)) & (dates < pd.Timestamp(night + horizon))
    names = list(keys.columns)
    bought = pd.MultiIndex.from_frame(days.loc[is_next, names].drop_duplicates())
    return pd.MultiIndex.from_frame(keys).isin(bought)


def fitted_probabilities(
    earlier: pd.DataFrame, answers: np.ndarray, asked: pd.DataFrame
) -> dict[str, np.ndarray]:
    """Return the probabilities of two models trained on an earlier window, by model name."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    models = {
        "logistic regression": make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)),
        "gradient boosting": HistGradientBoostingClassifier(
            learning_rate=0.05, max_leaf_nodes=15, max_iter=150, random_state=2017
        ),
    }
    spread = np.log1p(earlier.to_numpy(float)), np.log1p(asked.to_numpy(float))
    return {
        name: model.fit(spread[0], answers).predict_proba(spread[1])[:, 1]
        for name, model in models.items()
    }


def _ages(dates: pd.Series, night: date) -> pd.Series:
    return (pd.Timestamp(night) - pd.to_datetime(dates)).dt.days


def _decayed(past: pd.DataFrame, keys: list[str], tau: float) -> pd.Series:
    weights = np.exp(-past.age / tau)
    return weights.groupby([past[key] for key in keys]).sum()
