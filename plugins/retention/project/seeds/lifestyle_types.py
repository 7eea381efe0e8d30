"""`lifestyle_types.csv`: the lifestyles, with their minimum confidence and expiry."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from retention.project.seeds.rows import PositiveCount, Seed
from retention.project.strict_model import StrictModel


class LifestyleType(StrictModel):
    """One lifestyle.

    Attributes:
        window_days: maximum distance in local days of purchases that count together.
        minimum_confidence: minimum sum of the weights of bought types, above 0 to 1.
        expiry_days: local days that it holds after the last purchase that indicated it.
    """

    lifestyle: Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
    window_days: PositiveCount
    minimum_confidence: Annotated[float, Field(gt=0, le=1)]
    expiry_days: PositiveCount


SEED = Seed("lifestyle_types", LifestyleType, key=("lifestyle",))
