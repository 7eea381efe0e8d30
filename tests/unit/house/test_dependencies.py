"""Packages: each has a reason, and the lock has all packages of pyproject."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from pathlib import Path

PIN = re.compile(r"^(?P<requirement>[a-zA-Z0-9._-]+==[^\s;\\]+)", re.MULTILINE)
ROW = re.compile(r"^\| `(?P<name>[^`]+)` \| (?P<reason>[^|]*)\|", re.MULTILINE)


@pytest.fixture(scope="session")
def direct(pyproject: dict[str, Any]) -> dict[str, Requirement]:
    """The requirements of `pyproject.toml` in all groups, by normalised name."""
    asked = list(pyproject["build-system"]["requires"])
    asked += pyproject["project"]["dependencies"]
    for group in pyproject["project"].get("optional-dependencies", {}).values():
        asked += group
    for group in pyproject["dependency-groups"].values():
        asked += [item for item in group if isinstance(item, str)]
    requirements = [Requirement(line) for line in asked]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


@pytest.fixture(scope="session")
def lock(root: Path) -> str:
    """The text of `requirements.lock`."""
    return (root / "requirements.lock").read_text()


def test_every_package_we_ask_for_has_a_reason(root: Path, direct: dict[str, Requirement]) -> None:
    table = (root / "docs" / "dependencies.md").read_text()
    reasons = {
        canonicalize_name(match["name"]): match["reason"].strip() for match in ROW.finditer(table)
    }
    assert set(reasons) == set(direct)
    assert all(reasons.values()), reasons


def test_the_lock_pins_every_package_we_ask_for(lock: str, direct: dict[str, Requirement]) -> None:
    pins: dict[str, set[str]] = {}
    for match in PIN.finditer(lock):
        name, version = match["requirement"].split("==")
        pins.setdefault(canonicalize_name(name), set()).add(version)
    refused = [
        f"{requirement} (locked: {sorted(pins.get(name, ())) or 'nothing'})"
        for name, requirement in direct.items()
        if not any(requirement.specifier.contains(version) for version in pins.get(name, ()))
    ]
    assert not refused, f"run `make lock`: {refused}"


def test_every_pin_of_the_lock_carries_a_hash(lock: str) -> None:
    entries = re.split(r"\n(?=[a-zA-Z])", lock.strip())
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_names_no_server(lock: str) -> None:
    assert re.findall(r"\S*(?://|--index|--find-links)\S*", lock) == []
