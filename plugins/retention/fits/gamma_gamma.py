"""Gamma-Gamma: a customer's expected amount per purchase, from the past amounts.

A customer's amounts vary around the customer's own mean, and these means vary around the mean of
all customers: the more purchases, the more the own mean counts. The formulas are from P. Fader and
B. Hardie, The Gamma-Gamma Model of Monetary Value (2013). The model assumes that frequency and
amount are independent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from retention.fits.fit import FitRefusedError
from retention.fits.likelihood import Likelihood, maximize


@dataclass(frozen=True)
class GammaGamma:
    """Fitted parameters; `v` in the currency of the amounts, the others are pure numbers."""

    p: float
    q: float
    v: float

    def expected_amount(self, purchases: np.ndarray, mean_amount: np.ndarray) -> np.ndarray:
        """Return each customer's expected amount per purchase, also for those without purchases."""
        seen = np.where(purchases > 0, purchases * mean_amount, 0)
        return self.p * (self.v + seen) / (self.p * purchases + self.q - 1)


def fit_gamma_gamma(purchases: np.ndarray, mean_amount: np.ndarray) -> GammaGamma:
    """Return the parameters with the maximum likelihood.

    Args:
        purchases: number of purchases in each customer's mean; customers without any are skipped.
        mean_amount: the means; customers who paid nothing are skipped.

    Raises:
        FitRefusedError: the likelihood has no usable maximum.
    """
    paid = (purchases > 0) & (mean_amount > 0)
    count, amount = purchases[paid], mean_amount[paid]
    unit = float(np.mean(amount))
    found = maximize(
        "Gamma-Gamma",
        lambda parameters: _likelihood(count, amount / unit, parameters),
        start={"p": 1.0, "q": 2.0, "v": 1.0},
    )
    if found["q"] <= 1:
        message = f"Gamma-Gamma has no finite mean amount of all customers (q = {found['q']:.3g})"
        raise FitRefusedError(message)
    return GammaGamma(found["p"], found["q"], found["v"] * unit)


def _likelihood(count: np.ndarray, amount: np.ndarray, parameters: np.ndarray) -> Likelihood:
    """Return the mean log-likelihood and its partial derivatives."""
    p, q, v = parameters
    shape, spread = p * count, v + amount * count
    value = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(v)
    value += shape * np.log(amount * count) - np.log(amount) - (shape + q) * np.log(spread)
    both = digamma(shape + q) - np.log(spread)
    slopes = (
        count * (both - digamma(shape) + np.log(amount * count)),
        both - digamma(q) + np.log(v),
        q / v - (shape + q) / spread,
    )
    return Likelihood(float(np.mean(value)), np.array([np.mean(slope) for slope in slopes]))
