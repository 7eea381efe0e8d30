"""`product_interests.csv`: product types whose purchases and page views show an interest."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from retention.project.seeds.rows import Seed, Text
from retention.project.strict_model import StrictModel


class ProductInterest(StrictModel):
    """A product type that shows an interest; each type shows at most one."""

    product_type: Text
    interest: Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]


SEED = Seed(
    "product_interests",
    ProductInterest,
    key=("product_type",),
    refers_to={"product_type": ("product_types", "product_type")},
)
