"""Maximum likelihood for models whose parameters are all positive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from retention.fits.fit import FitRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

# Beyond this value the likelihood grows without limit, towards a simpler model.
HIGHEST = 1e4
STEEPEST = 1e-5  # largest slope of the mean log-likelihood that counts as zero


@dataclass(frozen=True)
class Likelihood:
    """The mean log-likelihood of a customer, and its partial derivatives."""

    value: float
    slopes: np.ndarray


def maximize(
    model: str, likelihood: Callable[[np.ndarray], Likelihood], start: dict[str, float]
) -> dict[str, float]:
    """Return the parameters with the maximum likelihood, by name.

    The search runs over logarithms, so that all parameters stay positive.

    Args:
        model: name of the model, for messages.
        likelihood: function of the parameters, in the order of `start`.
        start: start values of the search.

    Raises:
        FitRefusedError: no maximum was found, or it is out of bounds.
    """

    def uphill(logarithms: np.ndarray) -> tuple[float, np.ndarray]:
        parameters = np.exp(logarithms)
        found = likelihood(parameters)
        return -found.value, -found.slopes * parameters

    search = minimize(
        uphill,
        np.log(list(start.values())),
        jac=True,
        method="L-BFGS-B",
        bounds=[(np.log(1e-6), np.log(10 * HIGHEST))] * len(start),
        options={"maxiter": 2_000, "maxfun": 10_000, "ftol": 1e-15, "gtol": 1e-9},
    )
    found = dict(zip(start, map(float, np.exp(search.x)), strict=True))
    reason = _objection(found, search.fun, search.jac)
    if reason:
        values = ", ".join(f"{name} {value:.4g}" for name, value in found.items())
        message = f"{model} does not fit this shop: {reason} ({values})"
        raise FitRefusedError(message)
    return found


def _objection(found: dict[str, float], value: float, slopes: np.ndarray) -> str | None:
    """Return why the result of a search is unusable; None if it is usable."""
    if not np.isfinite(value) or not np.all(np.isfinite(slopes)):
        return "the likelihood is not a number"
    highest = max(found, key=found.__getitem__)
    if found[highest] > HIGHEST:
        return f"{highest} grows without limit, so customers do not differ as the model assumes"
    if np.max(np.abs(slopes)) > STEEPEST:
        return "the search ended before it reached a maximum"
    return None
