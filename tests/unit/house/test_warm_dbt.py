"""The dbt that tests start does what dbt does, wherever it took the parsed project from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import warm_dbt

if TYPE_CHECKING:
    from collections.abc import Callable

DBT = str(Path(sys.executable).parent / "dbt")
OF_THE_RUN = {"created_at", "metadata"}


@pytest.fixture
def parse(root: Path, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Returns a function: a small project parsed in a folder and for a database of the names."""

    def parse_by(dbt: str, folder: str, database: str, model: str) -> dict[str, Any]:
        project = tmp_path / folder
        (project / "models").mkdir(parents=True, exist_ok=True)
        (project / "seeds").mkdir(exist_ok=True)
        shutil.copy(root / "dbt_project" / "profiles.yml", project)
        (project / "dbt_project.yml").write_text("name: paluu\nprofile: paluu\nversion: 1.0.0\n")
        (project / "seeds" / "letters.csv").write_text("letter\na\n")
        (project / "models" / "other.sql").write_text("select * from {{ ref('letters') }}\n")
        (project / "models" / "model.sql").write_text(model)
        finished = subprocess.run(
            [dbt, "--no-use-colors", "parse", "--target-path", "target"],
            cwd=project,
            env=os.environ | {"PGDATABASE": database, "DBT_PROFILES_DIR": str(project)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return _without_the_run(json.loads((project / "target" / "manifest.json").read_text()))

    return parse_by


def _without_the_run(part: Any) -> Any:
    if isinstance(part, dict):
        kept = part.items()
        return {key: _without_the_run(each) for key, each in sorted(kept) if key not in OF_THE_RUN}
    return sorted(map(str, part)) if isinstance(part, list) else part


def test_a_project_parsed_elsewhere_is_as_if_parsed_here(
    parse: Callable[..., dict[str, Any]],
) -> None:
    parse(warm_dbt.program(), "first", "one", "select 1 as one\n")
    taken = parse(warm_dbt.program(), "second", "two", "select 2 as two\n")
    fresh = parse(DBT, "third", "two", "select 2 as two\n")
    assert fresh["nodes"]["model.paluu.other"]["relation_name"] == '"two"."analyst"."other"'
    assert json.dumps(taken).replace("/second", "/third") == json.dumps(fresh)


def test_what_dbt_says_and_how_it_ends_reach_who_started_it(tmp_path: Path) -> None:
    failed = subprocess.run(
        [warm_dbt.program(), "parse", "--profiles-dir", "nowhere"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert failed.returncode == 2
    assert "'nowhere' does not exist" in failed.stderr
