"""`product_attributes.csv`: age range and care topic of product types."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from retention.project.seeds.rows import EMPTY, Seed, Text
from retention.project.strict_model import StrictModel

Months = Annotated[int, Field(ge=0, le=1200)]
Age = Annotated[Months | None, EMPTY]


class ProductAttributes(StrictModel):
    """Further attributes of a product type.

    Attributes:
        minimum_age_months: suitable from this age; empty for no lower limit.
        maximum_age_months: suitable until just before this age; empty for no upper limit.
        care_topic: topic shared by similar types, such as `toys`, with a tip in
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
