"""`product_types.csv`: what people call the types of products."""

from __future__ import annotations

from retention.project.seeds.rows import Seed, Text, YesNo
from retention.project.strict_model import StrictModel


class ProductType(StrictModel):
    """What a mail may call a type, and whether it may.

    Attributes:
        is_consumable: runs out at a rhythm that one wants to be reminded of.
        is_suggestible: a mail may suggest it to somebody who has not bought it.
    """

    product_type: Text
    name_en: Text
    name_fi: Text
    is_consumable: YesNo
    is_suggestible: YesNo


SEED = Seed("product_types", ProductType, key=("product_type",))
