"""What the fit of a model gives: its numbers, or the reason why there are none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class FitRefusedError(RuntimeError):
    """A fit whose numbers nobody should use; says what is wrong, and what to do about it."""


@dataclass(frozen=True)
class Fit:
    """A fit that can be used.

    Attributes:
        parameters: what was fitted and the constants it rests on, as JSON holds it.
        figures: how it went (sizes, iterations, checks), as JSON holds it.
    """

    parameters: dict[str, Any]
    figures: dict[str, Any] = field(default_factory=dict)
