"""Maximum likelihood for models whose parameters are all positive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

from retention.fits.fit import FitRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

# Beyond it nothing changes any more: the likelihood rises for ever, towards a simpler model.
HIGHEST = 1e4
STEEPEST = 1e-5  # a slope, of the mean log-likelihood, that still counts as level


@dataclass(frozen=True)
class Likelihood:
    """The mean log-likelihood of a customer, and its slope along each parameter."""

    value: float
    slopes: np.ndarray


def maximize(
    model: str, likelihood: Callable[[np.ndarray], Likelihood], start: dict[str, float]
) -> dict[str, float]:
    """Return the parameters, by name, under which the data are likeliest.

    The search runs over logarithms, so that no parameter leaves the positive numbers.

    Args:
        model: its name, for messages.
        likelihood: of parameters in the order of `start`.
        start: where the search begins.

    Raises:
        FitRefusedError: no maximum was found, or it lies beyond all bounds.
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
        told = ", ".join(f"{name} {value:.4g}" for name, value in found.items())
        message = f"{model} does not fit this shop: {reason} ({told})"
        raise FitRefusedError(message)
    return found


def _objection(found: dict[str, float], value: float, slopes: np.ndarray) -> str | None:
    """Return what is wrong with a search's end, if anything is."""
    if not np.isfinite(value) or not np.all(np.isfinite(slopes)):
        return "the likelihood is no number"
    highest = max(found, key=found.__getitem__)
    if found[highest] > HIGHEST:
        return f"{highest} grows without end, so the customers do not differ as the model assumes"
    if np.max(np.abs(slopes)) > STEEPEST:
        return "the search ended before it came to a maximum"
    return None
