"""The project's copy for a replay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from retention.project.shop import project_directory
from retention.project.strict_model import SettingsError
from retention.workbench.backtest.snapshot import take_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from retention.project.dbt import Dbt


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    return take_snapshot(project_directory(), tmp_path_factory.mktemp("snapshot"))


def test_no_source_of_the_copy_reads_the_real_ledger(snapshot: Dbt) -> None:
    files = (yaml.safe_load(file.read_text()) for file in snapshot.project.rglob("models/**/*.yml"))
    sources = [source for file in files for source in file.get("sources", [])]
    schemas = {source["schema"] for source in sources}
    assert schemas == {"raw", "backtest_ledger"}


def test_the_copy_builds_in_separate_schemas(snapshot: Dbt) -> None:
    profiles = yaml.safe_load((snapshot.project / "profiles.yml").read_text())
    outputs = profiles["paluu"]["outputs"]
    assert outputs[snapshot.target] == outputs["night"] | {"schema": "backtest"}
    assert snapshot.target != "night"


def test_a_project_whose_ledger_cannot_be_redirected_is_refused(tmp_path: Path) -> None:
    project = tmp_path / "without"
    project.mkdir()
    (project / "profiles.yml").write_text((project_directory() / "profiles.yml").read_text())
    with pytest.raises(SettingsError, match="no source has `schema: ledger`"):
        take_snapshot(project, tmp_path / "copy")
