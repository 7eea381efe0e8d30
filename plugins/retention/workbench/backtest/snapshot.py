"""A copy of the project: all nights of a replay go by one rule, whatever is edited meanwhile.

In the copy dbt has an output of its own, `backtest`, and the ledger that it reads is the replay's.
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

TARGET = "backtest"  # the output of the copy; `generate_schema_name` puts it before every schema
LEDGER = f"{TARGET}_ledger"
BUILT_BY_DBT = shutil.ignore_patterns("target", "logs")
LEDGER_OF_A_SOURCE = re.compile(r"^(\s+schema:\s*)ledger\s*$", re.MULTILINE)


def take_snapshot(project: Path, folder: Path) -> Dbt:
    """Copy the project into a folder, and lead the copy to the replay's schemas.

    Raises:
        SettingsError: no source of the project stands in the ledger, so that the replay would go by
            what was really sent.
    """
    copy = folder / "project"
    shutil.copytree(project, copy, ignore=BUILT_BY_DBT)
    _add_output(copy / "profiles.yml")
    files = [file for file in copy.rglob("*.yml") if _leads_to_replay(file)]
    if not files:
        message = f"{project}: no source has `schema: ledger`; the replay cannot lead it elsewhere"
        raise SettingsError(message)
    return Dbt(copy, TARGET, folder / "target")


def _add_output(profiles: Path) -> None:
    written = yaml.safe_load(profiles.read_text(encoding="utf-8"))
    outputs = written[PROFILE]["outputs"]
    outputs[TARGET] = outputs["night"] | {"schema": TARGET}
    profiles.write_text(yaml.safe_dump(written), encoding="utf-8")


def _leads_to_replay(file: Path) -> bool:
    """Put the replay's ledger in the place of the ledger; return whether the file names it."""
    text, count = LEDGER_OF_A_SOURCE.subn(rf"\g<1>{LEDGER}", file.read_text(encoding="utf-8"))
    if count:
        file.write_text(text, encoding="utf-8")
    return count > 0
