"""`complements.csv`: product types that go together, as the shop's staff knows them."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from retention.project.seeds.rows import Seed, Text
from retention.project.strict_model import StrictModel


class Complement(StrictModel):
    """A product type that complements another; the reverse direction is a separate row."""

    product_type: Text
    complement_type: Text
    note: Text

    @model_validator(mode="after")
    def _are_two(self) -> Self:
        if self.product_type == self.complement_type:
            message = f"'{self.product_type}' cannot complement itself; name another type"
            raise ValueError(message)
        return self


SEED = Seed(
    "complements",
    Complement,
    key=("product_type", "complement_type"),
    refers_to={
        "product_type": ("product_types", "product_type"),
        "complement_type": ("product_types", "product_type"),
    },
)
