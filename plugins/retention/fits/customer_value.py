"""BG/NBD and Gamma-Gamma: a second estimate of customers' future orders and spend.

Off by default: `customer_value` ranks as well without it, and for some shops the fit has no
solution. Add `bgnbd` to `fitted_models` in dbt_project.yml to switch it on. A purchase is a day
with an order; amounts are those of repeat purchases.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from retention.database import load_statement
from retention.fits.bg_nbd import BgNbd, Histories, fit_bg_nbd
from retention.fits.fit import Fit, FitRefusedError
from retention.fits.gamma_gamma import GammaGamma, fit_gamma_gamma
from retention.ledger.fits import replace_bgnbd_values

if TYPE_CHECKING:
    from datetime import date

    import psycopg

FEWEST_REPEATERS = 100  # with fewer, the parameters are mostly chance
HORIZON_WEEKS = 365 / 7  # the horizon of the mart with these values
DECIMALS = 6  # further decimals depend on the processor


@dataclass(frozen=True)
class Purchases:
    """The purchases of all customers; arrays of equal length.

    Attributes:
        customer_ids: the shop's ids, in order.
        histories: number and times of purchases.
        mean_amount: mean of the repeat purchases, in the shop's currency; 0 without repeats.
    """

    customer_ids: list[str]
    histories: Histories
    mean_amount: np.ndarray


@dataclass(frozen=True)
class ValueModels:
    """The two fitted models: number of purchases, and amount per purchase."""

    purchases: BgNbd
    amounts: GammaGamma


def fit(connection: psycopg.Connection, night: date) -> Fit:
    """Fit both models on all purchases before `night`, and keep each customer's values.

    Raises:
        FitRefusedError: too few customers have repeat purchases, or a model has no usable maximum.
    """
    purchases = _read_purchases(connection, night)
    models = fit_models(purchases)
    orders, amounts = expect(models, purchases)
    replace_bgnbd_values(connection, night, purchases.customer_ids, orders, amounts)
    return Fit(
        parameters={"horizon_days": 365, **asdict(models.purchases), **asdict(models.amounts)},
        figures={
            "customers": len(purchases.customer_ids),
            "repeaters": int(np.sum(purchases.histories.repeats > 0)),
        },
    )


def fit_models(purchases: Purchases) -> ValueModels:
    """Return both models with the maximum likelihood.

    Raises:
        FitRefusedError: too few customers have repeat purchases, or a model has no usable maximum.
    """
    histories = purchases.histories
    repeaters = int(np.sum(histories.repeats > 0))
    if repeaters < FEWEST_REPEATERS:
        message = (
            f"{repeaters} customers came back, and fewer than {FEWEST_REPEATERS} say nothing about"
            " the others: wait for more orders, or remove 'bgnbd' from fitted_models in"
            " dbt_project.yml"
        )
        raise FitRefusedError(message)
    return ValueModels(
        fit_bg_nbd(histories), fit_gamma_gamma(histories.repeats, purchases.mean_amount)
    )


def expect(models: ValueModels, purchases: Purchases) -> tuple[list[float], list[float]]:
    """Return each customer's expected number of purchases in 365 days, and amount per purchase.

    Raises:
        FitRefusedError: the parameters are so extreme that an expected value is not finite.
    """
    histories = purchases.histories
    orders = models.purchases.expected_purchases(histories, HORIZON_WEEKS)
    amounts = models.amounts.expected_amount(histories.repeats, purchases.mean_amount)
    if not (np.all(np.isfinite(orders)) and np.all(np.isfinite(amounts)) and np.all(orders >= 0)):
        message = f"with these parameters an expected value is not a number: {models}"
        raise FitRefusedError(message)
    return np.round(orders, DECIMALS).tolist(), np.round(amounts, DECIMALS).tolist()


def _read_purchases(connection: psycopg.Connection, night: date) -> Purchases:
    query = load_statement("retention.fits", "read_purchase_histories")
    rows = connection.execute(query, {"night": night}).fetchall()
    ids, *columns = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    repeats, last_day, days, amount = (np.array(column, dtype=float) for column in columns)
    return Purchases(list(ids), Histories(repeats, last_day / 7, days / 7), amount)
