"""BG/NBD: a customer's expected future purchases, from the number and times of past ones.

Each active customer buys at an individual rate, and leaves for good after each purchase with an
individual probability. Rates follow a gamma distribution (r, alpha), probabilities a beta
distribution (a, b). The formulas are from P. Fader, B. Hardie and K. Lee, "Counting Your Customers"
the Easy Way, Marketing Science 24 (2005). Time is in weeks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln, hyp2f1

from retention.fits.likelihood import Likelihood, maximize


@dataclass(frozen=True)
class Histories:
    """The purchase history of each customer; arrays of equal length.

    Attributes:
        repeats: number of purchases after the first one.
        last_week: weeks from the first purchase to the last; 0 without repeats.
        weeks: weeks from the first purchase to the night.
    """

    repeats: np.ndarray
    last_week: np.ndarray
    weeks: np.ndarray


@dataclass(frozen=True)
class BgNbd:
    """Fitted parameters; `alpha` in weeks, the others are pure numbers."""

    r: float
    alpha: float
    a: float
    b: float

    def expected_purchases(self, histories: Histories, horizon: float) -> np.ndarray:
        """Return the expected number of purchases of each customer in `horizon` weeks.

        Equation (10) of the paper, with Euler's transformation of the hypergeometric function, so
        that no power grows with the number of purchases.
        """
        # At a = 1 the equation is 0 / 0, but has a limit.
        a = self.a if abs(self.a - 1) > 1e-6 else 1 + 1e-6  # noqa: PLR2004
        x, seen = histories.repeats, self.alpha + histories.weeks
        ratio = seen / (seen + horizon)
        top = a + self.b + x - 1
        hypergeometric = hyp2f1(a + self.b - 1 - self.r, a - 1, top, 1 - ratio)
        while_active = top / (a - 1) * (1 - ratio ** (a - 1) * hypergeometric)
        since_last = seen / (self.alpha + histories.last_week)
        # The odds of having left; nobody leaves before the first repeat.
        left = np.where(x > 0, a / (self.b + np.maximum(x, 1) - 1) * since_last ** (self.r + x), 0)
        return while_active / (1 + left)


def fit_bg_nbd(histories: Histories) -> BgNbd:
    """Return the parameters with the maximum likelihood.

    Raises:
        FitRefusedError: the likelihood has no usable maximum.
    """
    found = maximize(
        "BG/NBD",
        lambda parameters: _likelihood(histories, parameters),
        start={"r": 1.0, "alpha": float(np.mean(histories.weeks)), "a": 1.0, "b": 1.0},
    )
    return BgNbd(**found)


def _likelihood(histories: Histories, parameters: np.ndarray) -> Likelihood:
    """Return the mean log-likelihood and its partial derivatives."""
    r, alpha, a, b = parameters
    x, last, end = histories.repeats, alpha + histories.last_week, alpha + histories.weeks
    stayed = -(r + x) * np.log(end)
    left = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(last)
    either = np.where(x > 0, np.logaddexp(stayed, left), stayed)
    has_left = np.where(x > 0, np.exp(left - either), 0.0)  # a probability
    has_stayed = 1 - has_left
    value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + either
    value += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    both = digamma(a + b) - digamma(a + b + x)
    slopes = (
        digamma(r + x) - digamma(r) + np.log(alpha)
        - has_stayed * np.log(end) - has_left * np.log(last),
        r / alpha - (r + x) * (has_stayed / end + has_left / last),
        both + has_left / a,
        both + digamma(b + x) - digamma(b) - has_left / (b + np.maximum(x, 1) - 1),
    )  # fmt: skip
    return Likelihood(float(np.mean(value)), np.array([np.mean(slope) for slope in slopes]))
