"""For whom the page is written: a language, and what the shop's figures and product types mean."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention.project.shop import read_shop
from retention.workbench.explain.languages import Language, read_language

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


def read_reader(project: Path, locale: str) -> Reader:
    """Return the reader of a language, with the shop's settings and names.

    Raises:
        WordsError: nobody reads the page in that language.
        ShopSettingsError: `dbt_project.yml` says something about the shop that cannot be.
    """
    language = read_language(project, locale)
    with (project / TYPE_NAMES).open(encoding="utf-8", newline="") as file:
        names = {row["product_type"]: row[f"name_{locale}"] for row in csv.DictReader(file)}
    return Reader(language, read_shop(project), names)
