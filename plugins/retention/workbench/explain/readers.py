"""For whom the page is written: a language, and what the shop's figures and product types mean."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention.project.shop import read_shop
from retention.workbench.explain.languages import LANGUAGES, Language, Locale

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from retention.project.shop import Shop

TYPE_NAMES = "seeds/product_types.csv"


@dataclass(frozen=True)
class Reader:
    """For whom a value is told.

    Attributes:
        shop: whose time zone days are local to, and whose currency amounts are in.
        type_names: what product types are called in the language, by product type.
    """

    language: Language
    shop: Shop
    type_names: Mapping[str, str]


def read_reader(project: Path, locale: Locale) -> Reader:
    """Return the reader of a language, with the shop's settings and names.

    Raises:
        ShopSettingsError: `dbt_project.yml` says something about the shop that cannot be.
    """
    with (project / TYPE_NAMES).open(encoding="utf-8", newline="") as file:
        names = {row["product_type"]: row[f"name_{locale}"] for row in csv.DictReader(file)}
    return Reader(LANGUAGES[locale], read_shop(project), names)
