"""Fixtures for tests of the repository itself: its files and the project's settings."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def files() -> list[Path]:
    """Every file that is, or would be, in the repository; relative to its top."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    paths = sorted({Path(name) for name in listed.stdout.split("\0") if name})
    return [path for path in paths if (ROOT / path).is_file()]


@pytest.fixture(scope="session")
def pyproject() -> dict[str, Any]:
    """What `pyproject.toml` says."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())
