"""A copy of the project to add to, and a database in which its campaigns can be built."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from retention.commands import app
from retention.database import connect
from retention.project.manifest import current_manifest
from retention.project.shop import PROJECT_VARIABLE, project_directory
from retention.raw.contract import create_raw_tables, read_contract
from tests import warm_dbt

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

NIGHT = "2026-11-22"
# As `.ci/lint` has it: a layer without a model yet is no mistake.
WARNINGS = '{"error": "all", "warn": ["UnusedResourceConfigPath"]}'


@dataclass(frozen=True)
class Workbench:
    """An analyst's place: a project, a database, and the commands."""

    project: Path

    def retention(self, *words: str) -> Result:
        """Run a `retention` command on the project."""
        environment = os.environ | {PROJECT_VARIABLE: str(self.project), "COLUMNS": "1000"}
        return CliRunner().invoke(app, list(words), env=environment)

    def dbt(self, *words: str, errors: str = WARNINGS) -> subprocess.CompletedProcess[str]:
        """Run dbt on the project, for the night's schemas; all warnings are errors, or those named.

        The night is in the environment: another var would make dbt parse everything again.
        """
        flags = ("--no-use-colors", "--warn-error-options", errors)
        target = ("--profile", "paluu", "--target", "night", "--log-path", self.project / "logs")
        return subprocess.run(
            [warm_dbt.program(), *flags, *words, *target],
            cwd=self.project,
            env=os.environ | {"DBT_PROFILES_DIR": str(self.project), "PALUU_AS_OF": NIGHT},
            capture_output=True,
            text=True,
            check=False,
        )

    def create_raw_tables(self) -> None:
        """Create the raw tables of a shop without any sales."""
        with connect() as connection:
            create_raw_tables(connection, read_contract())

    def build_upstream(self, *campaigns: str) -> None:
        """Build the models that campaigns read, for a shop without any sales."""
        self.create_raw_tables()
        built = self.dbt(
            *("build", "--resource-type", "model", "--resource-type", "seed"),
            *("--select", *(f"+path:campaigns/{name}" for name in campaigns)),
            *("--exclude", "path:campaigns"),
        )
        assert built.returncode == 0, built.stdout


def copy_project(folder: Path) -> Workbench:
    """Return a workbench on a copy of the project with its manifest."""
    current_manifest()
    project = folder / "project"
    shutil.copytree(project_directory(), project, ignore=shutil.ignore_patterns("logs"))
    return Workbench(project)


@pytest.fixture
def workbench(ledger_database: str, tmp_path: Path) -> Workbench:  # noqa: ARG001 - sets PG*
    """A copy of the project, and a database with only a ledger."""
    return copy_project(tmp_path)
