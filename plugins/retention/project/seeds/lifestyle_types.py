"""`lifestyle_types.csv`: the lifestyles that there are, and how sure and how long they hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from retention.project.seeds.rows import PositiveCount, Seed
from retention.project.strict_model import StrictModel


class LifestyleType(StrictModel):
    """One lifestyle.

    Attributes:
        window_days: purchases at most so many local days apart count together.
        minimum_confidence: the weights of what was bought must add up to this, above 0 to 1.
        expiry_days: holds so many local days after the last purchase that proved it.
    """

    lifestyle: Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
    window_days: PositiveCount
    minimum_confidence: Annotated[float, Field(gt=0, le=1)]
    expiry_days: PositiveCount


SEED = Seed("lifestyle_types", LifestyleType, key=("lifestyle",))
