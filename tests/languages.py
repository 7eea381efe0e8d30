"""A copy of the project whose marketing is in English and Finnish, whatever the shop's is in."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from retention.project.shop import project_directory

if TYPE_CHECKING:
    from pathlib import Path

KEPT = ("en", "fi")


def keep_english_and_finnish(project: Path) -> None:
    """Let marketing be in these two languages, and transactional mail in Swedish besides."""
    file = project / "dbt_project.yml"
    text = re.sub(r"(?m)^  mail_locales: .*$", "  mail_locales: [en, fi]", file.read_text())
    text = re.sub(r"(?m)^  transactional_locales: .*$", "  transactional_locales: [sv]", text)
    file.write_text(text)
    for seed in (project / "seeds").glob("*.csv"):
        _drop_other_languages(seed)


def _drop_other_languages(seed: Path) -> None:
    with seed.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
        names = file.seek(0) or next(csv.reader(file))
    languages = {file.stem for file in (project_directory() / "words").glob("*.yml")}
    others = tuple(f"_{locale}" for locale in languages - set(KEPT))
    kept = [name for name in names if not name.endswith(others)]
    if kept != names:
        with seed.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, kept, extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
