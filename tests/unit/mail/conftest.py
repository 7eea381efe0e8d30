"""Fixtures for tests of campaigns and mails: the real manifest, and a project to break."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from retention.project.manifest import current_manifest
from retention.project.shop import project_directory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COPIED = ("campaigns", "mail_layouts", "words", "expectations")


@pytest.fixture(scope="session")
def manifest() -> Path:
    """The project's manifest."""
    return current_manifest()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the campaigns' files that a test may change."""
    for folder in COPIED:
        shutil.copytree(project_directory() / folder, tmp_path / folder)
    shutil.copy(project_directory() / "dbt_project.yml", tmp_path)
    return tmp_path


@pytest.fixture
def manifest_with(manifest: Path, tmp_path: Path) -> Callable[..., Path]:
    """A function that returns the manifest with other settings of the campaign `winback`."""

    def change(**settings: Any) -> Path:
        content = json.loads(manifest.read_text())
        meta = content["nodes"]["model.paluu.winback"]["config"]["meta"]
        changed = meta["campaign"] | settings
        meta["campaign"] = {key: value for key, value in changed.items() if value is not None}
        file = tmp_path / "manifest.json"
        file.write_text(json.dumps(content))
        return file

    return change
