"""`product_types.csv`: readable names of product types."""

from __future__ import annotations

from typing import Annotated

from retention.project.seeds.rows import EACH_LANGUAGE, Seed, Text, YesNo
from retention.project.strict_model import StrictModel


class ProductType(StrictModel):
    """Names of a product type in mails, and where mails may use it.

    Attributes:
        is_consumable: runs out regularly, so that customers want a reminder.
        is_suggestible: mails may suggest it to customers who have not bought it.
    """

    product_type: Text
    name: Annotated[Text, EACH_LANGUAGE]
    is_consumable: YesNo
    is_suggestible: YesNo


SEED = Seed("product_types", ProductType, key=("product_type",))
