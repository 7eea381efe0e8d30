"""Gamma-Gamma: how much a customer will spend a time, from how much it was so far.

What a customer spends varies around a mean of the customer's own, and these means vary around that
of all: few purchases say little, many say much. Formulas are those of P. Fader and B. Hardie, The
Gamma-Gamma Model of Monetary Value (2013). It asks that how often and how much do not go together.
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
        """Return what each customer is expected to spend a time, also after no purchase at all."""
        seen = np.where(purchases > 0, purchases * mean_amount, 0)
        return self.p * (self.v + seen) / (self.p * purchases + self.q - 1)


def fit_gamma_gamma(purchases: np.ndarray, mean_amount: np.ndarray) -> GammaGamma:
    """Return the parameters under which the mean amounts are likeliest.

    Args:
        purchases: how many a customer's mean rests on; customers without are left out.
        mean_amount: that mean; customers who paid nothing are left out.

    Raises:
        FitRefusedError: the likelihood has no maximum that one could use.
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
        message = f"Gamma-Gamma knows no mean amount of all customers (q = {found['q']:.3g})"
        raise FitRefusedError(message)
    return GammaGamma(found["p"], found["q"], found["v"] * unit)


def _likelihood(count: np.ndarray, amount: np.ndarray, parameters: np.ndarray) -> Likelihood:
    """Return the mean log-likelihood, and its slope along each parameter."""
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
