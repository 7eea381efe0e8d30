"""A copy of the project, so that all nights of a replay use one rule while files are edited.

The copy's dbt profile has an output `backtest`, and its sources read the replay's ledger.
"""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import yaml

from retention.project.dbt import PROFILE, Dbt
from retention.project.strict_model import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

TARGET = "backtest"  # the copy's output; `generate_schema_name` prefixes every schema with it
LEDGER = f"{TARGET}_ledger"
BUILT_BY_DBT = shutil.ignore_patterns("target", "logs")
LEDGER_OF_A_SOURCE = re.compile(r"^(\s+schema:\s*)ledger\s*$", re.MULTILINE)


def take_snapshot(project: Path, folder: Path) -> Dbt:
    """Copy the project into a folder, and point the copy to the replay's schemas.

    Raises:
        SettingsError: no source of the project is in the ledger, so the replay would read the
            messages that were really sent.
    """
    copy = folder / "project"
    shutil.copytree(project, copy, ignore=BUILT_BY_DBT)
    _add_output(copy / "profiles.yml")
    files = [file for file in copy.rglob("*.yml") if _redirect_ledger(file)]
    if not files:
        message = f"{project}: no source has `schema: ledger`; the replay cannot redirect it"
        raise SettingsError(message)
    return Dbt(copy, TARGET, folder / "target")


def _add_output(profiles: Path) -> None:
    written = yaml.safe_load(profiles.read_text(encoding="utf-8"))
    outputs = written[PROFILE]["outputs"]
    outputs[TARGET] = outputs["night"] | {"schema": TARGET}
    profiles.write_text(yaml.safe_dump(written), encoding="utf-8")


def _redirect_ledger(file: Path) -> bool:
    """Replace the ledger with the replay's ledger; return whether the file mentions it."""
    text, count = LEDGER_OF_A_SOURCE.subn(rf"\g<1>{LEDGER}", file.read_text(encoding="utf-8"))
    if count:
        file.write_text(text, encoding="utf-8")
    return count > 0
