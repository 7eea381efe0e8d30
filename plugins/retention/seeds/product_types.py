"""`product_types.csv`: what people call the types of products."""

from __future__ import annotations

from typing import Annotated

from retention.seeds.rows import EACH_LANGUAGE, Seed, Text, YesNo
from retention.strict_model import StrictModel


class ProductType(StrictModel):
    """What a mail may call a type, and whether it may.

    Attributes:
        is_consumable: runs out at a rhythm that one wants to be reminded of.
        is_suggestible: a mail may suggest it to somebody who has not bought it.
    """

    product_type: Text
    name: Annotated[Text, EACH_LANGUAGE]
    is_consumable: YesNo
    is_suggestible: YesNo


SEED = Seed("product_types", ProductType, key=("product_type",))
