"""Customer value and activity on CDNOW, and BG/NBD's published fit.

The value is scored as of 1 October 1997 on the following 39 weeks, activity as of 1 April 1998 on
the following 90 days. Nothing was tuned on these data.
"""

from __future__ import annotations

import warnings
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks.bench_signals.cdnow import loaded_cdnow, read_purchases
from benchmarks.scores import area_under_roc, bootstrap_error, calibration_by_quarter
from benchmarks.targets import Quoted, Target
from retention.fits.bg_nbd import Histories, fit_bg_nbd
from retention.fits.gamma_gamma import fit_gamma_gamma

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.journey import Journey

MODELS = ()
VALUE_NIGHT, VALUE_DAYS = date(1997, 10, 1), 273  # to the last day of the data
ACTIVITY_NIGHT, ACTIVITY_DAYS = date(1998, 4, 1), 90
PUBLISHED = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
TOP = 0.1


def score(journey: Journey, context: dict[str, Any]) -> Iterator[Target]:
    """Yield the figures of value and activity on CDNOW, and the error of BG/NBD's fit."""
    with loaded_cdnow(journey) as cdnow:
        yield _score_value(cdnow, context)
        yield _score_activity(cdnow, context)
    yield _score_fit(context)


def _score_value(cdnow: Journey, context: dict[str, Any]) -> Target:
    cdnow.build(VALUE_NIGHT, "+customer_value")
    customers = cdnow.read("select * from signals.customer_value order by customer_id")
    customers = customers.set_index("customer_id")
    features = customer_features(VALUE_NIGHT).loc[customers.index]
    later = _later(VALUE_NIGHT, VALUE_DAYS).groupby("customer_id").amount.sum()
    spend = later.reindex(customers.index).fillna(0).to_numpy()
    predicted = customers.expected_spend_365_days.to_numpy(float)
    context["clv_expected_spend"] = {
        "predicted": float(predicted.sum() * VALUE_DAYS / 365),
        "observed": float(spend.sum()),
    }
    others = {
        "past spend": features.amount.to_numpy(float),
        "RFM": _rfm(features),
        "BG/NBD x Gamma-Gamma (lifetimes)": _lifetimes_value(features),
        "BG/NBD x Gamma-Gamma (ours)": _our_value(features),
        "ideal": spend,
    }
    return Target(
        "clv_top10_share",
        top_share(predicted, spend),
        at_least=0.52,
        anchors={name: top_share(ranks, spend) for name, ranks in others.items()},
        n=len(customers),
        standard_error=bootstrap_error(top_share, customers.index.to_numpy(str), predicted, spend),
    )


def _score_activity(cdnow: Journey, context: dict[str, Any]) -> Target:
    cdnow.build(ACTIVITY_NIGHT, "+lifecycle")
    customers = cdnow.read(
        "select customer_id, activity_probability from signals.lifecycle order by customer_id"
    )
    parameters = cdnow.read("select * from signals.signal_parameters where signal = 'lifecycle'")
    context["activity_cdnow_tau"] = int(parameters.sort_values("night_date").tau_days.iloc[-1])
    features = customer_features(ACTIVITY_NIGHT).loc[customers.customer_id]
    later = _later(ACTIVITY_NIGHT, ACTIVITY_DAYS)
    came_true = customers.customer_id.isin(later.customer_id).to_numpy(bool)
    predicted = customers.activity_probability.to_numpy(float)
    context["activity_cdnow_calibration"] = calibration_by_quarter(predicted, came_true)
    others = {
        "recency": (features.last_week - features.weeks).to_numpy(float),
        "order count": features.orders.to_numpy(float),
        "BG/NBD expected orders (lifetimes)": _lifetimes_orders(features, ACTIVITY_DAYS / 7),
    }
    return Target(
        "activity_auc_cdnow_90d",
        area_under_roc(predicted, came_true),
        at_least=0.838,
        anchors={name: area_under_roc(ranks, came_true) for name, ranks in others.items()},
        n=len(customers),
        standard_error=bootstrap_error(
            area_under_roc, customers.customer_id.to_numpy(str), predicted, came_true
        ),
        quoted=(Quoted("gradient boosting", 0.838, "an earlier run of ours"),),
    )


def _score_fit(context: dict[str, Any]) -> Target:
    """Compare the fit on CDNOW's sample of 2,357 customers with the paper's and with lifetimes'."""
    from lifetimes.datasets import load_cdnow_summary

    sample = load_cdnow_summary()
    known = (sample.frequency, sample.recency, sample["T"])
    ours = vars(fit_bg_nbd(Histories(*(column.to_numpy(float) for column in known))))
    context["bgnbd_parameters"] = ours
    return Target(
        "bgnbd_max_parameter_error",
        _largest_error(ours),
        at_most=0.002,
        anchors={"lifetimes' fit": _largest_error(_lifetimes_fitter(*known).params_.to_dict())},
        n=len(sample),
    )


def customer_features(night: date) -> pd.DataFrame:
    """Return each customer's orders, amount and purchase history for the models, as of `night`.

    Repeats are the days with a purchase after the first one; `mean_amount` is their mean amount in
    US dollars.
    """
    purchases = read_purchases()
    known = purchases[(purchases.amount > 0) & (purchases.ordered_date < pd.Timestamp(night))]
    days = known.groupby(["customer_id", "ordered_date"], as_index=False).amount.sum()
    first = days.groupby("customer_id").ordered_date.transform("min")
    repeats = days[days.ordered_date > first].groupby("customer_id").amount
    dates = days.groupby("customer_id").ordered_date
    features = pd.DataFrame(
        {
            "orders": known.groupby("customer_id").size(),
            "amount": known.groupby("customer_id").amount.sum(),
            "repeats": repeats.size(),
            "mean_amount": repeats.mean(),
            "last_week": (dates.max() - dates.min()).dt.days / 7,
            "weeks": (pd.Timestamp(night) - dates.min()).dt.days / 7,
        }
    )
    return features.fillna(0.0)


def top_share(predicted: np.ndarray, spend: np.ndarray) -> float:
    """Return the share of all later spend that falls to the tenth with the highest predictions."""
    top = np.argsort(-predicted, kind="stable")[: round(TOP * len(predicted))]
    return float(spend[top].sum() / spend.sum())


def _later(night: date, days: int) -> pd.DataFrame:
    purchases, begin = read_purchases(), pd.Timestamp(night)
    is_later = purchases.ordered_date.between(
        begin, begin + pd.Timedelta(days=days), inclusive="left"
    )
    return purchases[is_later & (purchases.amount > 0)]


def _rfm(features: pd.DataFrame) -> np.ndarray:
    """Return the sum of three quintiles, ties broken by spend."""
    recency = features.last_week - features.weeks
    ranks = [column.rank(pct=True) for column in (recency, features.orders, features.amount)]
    quintiles = sum(np.ceil(5 * rank) for rank in ranks)
    return (quintiles + features.amount / (1 + features.amount.max())).to_numpy(float)


def _our_value(features: pd.DataFrame) -> np.ndarray:
    repeats, last, weeks, mean = (
        features[name].to_numpy(float) for name in ("repeats", "last_week", "weeks", "mean_amount")
    )
    histories = Histories(repeats, last, weeks)
    orders = fit_bg_nbd(histories).expected_purchases(histories, VALUE_DAYS / 7)
    return orders * fit_gamma_gamma(repeats, mean).expected_amount(repeats, mean)


def _lifetimes_value(features: pd.DataFrame) -> np.ndarray:
    from lifetimes import GammaGammaFitter

    paid = features.query("repeats > 0 and mean_amount > 0")
    amounts = GammaGammaFitter()
    amounts.fit(paid.repeats, paid.mean_amount)
    expected = amounts.conditional_expected_average_profit(features.repeats, features.mean_amount)
    return _lifetimes_orders(features, VALUE_DAYS / 7) * expected.to_numpy(float)


def _lifetimes_orders(features: pd.DataFrame, weeks: float) -> np.ndarray:
    known = (features.repeats, features.last_week, features.weeks)
    fitter = _lifetimes_fitter(*known)
    expected = fitter.conditional_expected_number_of_purchases_up_to_time(weeks, *known)
    return np.asarray(expected, dtype=float)


def _lifetimes_fitter(*known: pd.Series) -> Any:
    from lifetimes import BetaGeoFitter

    fitter = BetaGeoFitter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package is no longer maintained
        fitter.fit(*known)
    return fitter


def _largest_error(found: dict[str, float]) -> float:
    return max(abs(found[name] - value) for name, value in PUBLISHED.items())
