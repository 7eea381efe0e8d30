"""`product_attributes.csv`: for which age a type is, and what kind of care it belongs to."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from retention.project.seeds.rows import EMPTY, Seed, Text
from retention.project.strict_model import StrictModel

Months = Annotated[int, Field(ge=0, le=1200)]
Age = Annotated[Months | None, EMPTY]


class ProductAttributes(StrictModel):
    """What is known of a type beyond its name.

    Attributes:
        minimum_age_months: suits from this age on; empty for no age in particular.
        maximum_age_months: ... and until just before this one; empty for no end.
        care_topic: what the types of one kind share, such as `toys`, with a tip in
            `care_topics.csv`; empty for none.
    """

    product_type: Text
    minimum_age_months: Age
    maximum_age_months: Age
    care_topic: Annotated[str | None, EMPTY]

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        low, high = self.minimum_age_months, self.maximum_age_months
        if high is not None and high <= (low or 0):
            message = f"maximum_age_months: {high} is not above minimum_age_months; swap them?"
            raise ValueError(message)
        return self


SEED = Seed(
    "product_attributes",
    ProductAttributes,
    key=("product_type",),
    refers_to={
        "product_type": ("product_types", "product_type"),
        "care_topic": ("care_topics", "care_topic"),
    },
)
