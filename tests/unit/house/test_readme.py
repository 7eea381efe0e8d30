"""README promises only what exists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import typer

from retention.commands import app

if TYPE_CHECKING:
    from pathlib import Path

MOST_LINES = 120
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")
ADDRESS = re.compile(r"^\w+://|^(localhost|127\.0\.0\.1)")
# `models/staging/`, `dags/schedules.py`, `winback.sql`.
PATH = re.compile(r"[\w.<>*{}-]+/[\w.<>*{}/-]*|[\w.<>*-]+\.(py|sql|ya?ml|md|csv|toml|html|lock)")
# Created by running Paluu; not in the repository.
BUILT = ("build/", ".demo/", ".venv/", ".env")


@pytest.fixture(scope="module")
def readme(root: Path) -> str:
    """The text of README.md."""
    return (root / "README.md").read_text()


def _exists(root: Path, name: str) -> bool:
    pattern = re.sub(r"<[^>]*>|\{[^}]*\}", "*", name).strip("/")
    return any(root.glob(pattern)) or any(
        any((root / folder).rglob(pattern))
        for folder in ("dags", "dbt_project", "plugins", "demo", "tests", "docs")
    )


def _calls(text: str, program: str) -> set[str]:
    in_code = "\n".join(CODE.findall(text))
    return set(re.findall(rf"(?<![\w/-]){program} +([a-z][\w-]*)", in_code))


def test_the_readme_is_read_in_five_minutes(readme: str) -> None:
    assert len(readme.splitlines()) <= MOST_LINES


def test_every_make_target_of_the_readme_exists(root: Path, readme: str) -> None:
    targets = set(re.findall(r"^([a-z][\w-]*):", (root / "Makefile").read_text(), re.MULTILINE))
    mentioned = _calls(readme, "make")
    assert mentioned, "README has no command"
    assert mentioned <= targets


def test_every_retention_command_of_the_readme_exists(readme: str) -> None:
    assert _calls(readme, "retention") <= set(typer.main.get_command(app).commands)


def test_every_path_of_the_readme_exists(root: Path, readme: str) -> None:
    mentioned = [word for code in INLINE_CODE.findall(readme) for word in code.split()]
    paths = [word for word in mentioned if PATH.fullmatch(word) and not ADDRESS.match(word)]
    paths = [path for path in paths if not path.startswith(BUILT)]
    missing = [path for path in [*paths, *LINK.findall(readme)] if not _exists(root, path)]
    assert missing == []
