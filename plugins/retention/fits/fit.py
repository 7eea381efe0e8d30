"""The result of fitting a model, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class FitRefusedError(RuntimeError):
    """The results of a fit are unusable; the message says what is wrong and what to do."""


@dataclass(frozen=True)
class Fit:
    """A usable fit.

    Attributes:
        parameters: fitted parameters and constants, as JSON values.
        figures: statistics of the fit (sizes, iterations, checks), as JSON values.
    """

    parameters: dict[str, Any]
    figures: dict[str, Any] = field(default_factory=dict)
