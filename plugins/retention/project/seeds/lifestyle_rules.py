"""`lifestyle_rules.csv`: which purchases indicate a lifestyle, and how strongly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from retention.project.seeds.rows import Line, Seed, Text
from retention.project.strict_model import StrictModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from retention.project.seeds.lifestyle_types import LifestyleType


class LifestyleRule(StrictModel):
    """How far one product type indicates one lifestyle.

    Attributes:
        role: a lifestyle needs every `required` type; `optional` types add to the confidence.
        weight: the type's share of the confidence, above 0 to 1.
    """

    lifestyle: Text
    product_type: Text
    role: Literal["required", "optional"]
    weight: Annotated[float, Field(gt=0, le=1)]


SEED = Seed(
    "lifestyle_rules",
    LifestyleRule,
    key=("lifestyle", "product_type"),
    refers_to={
        "lifestyle": ("lifestyle_types", "lifestyle"),
        "product_type": ("product_types", "product_type"),
    },
)


def unreachable(
    types: Iterable[Line[LifestyleType]], rules: Iterable[Line[LifestyleRule]]
) -> Iterator[str]:
    """Yield a problem for each lifestyle that no purchases could ever reach."""
    weights: dict[str, float] = {}
    for line in rules:
        weights[line.row.lifestyle] = weights.get(line.row.lifestyle, 0) + line.row.weight
    for line in types:
        name, wanted = line.row.lifestyle, line.row.minimum_confidence
        reached = round(weights.get(name, 0), 6)
        if reached < wanted:
            yield (
                f"seeds/lifestyle_types.csv, line {line.number}: minimum_confidence: {wanted} is"
                f" out of reach; the weights of '{name}' in lifestyle_rules.csv add up to {reached}"
            )
