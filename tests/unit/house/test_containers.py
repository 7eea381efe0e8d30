"""docker-compose.yaml and Dockerfile: complete, without secrets, and not run as root."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET_NAME = re.compile(r"password|secret|_key$|token", re.IGNORECASE)
# `${NAME:?what to do}`: taken from the environment, and refused when it is not there.
REQUIRED = re.compile(r"\$\{([A-Z_]+):\?[^}]+\}")
INTERPOLATED = re.compile(r"\$\{?([A-Z_]+)")
CREDENTIALS_IN_ADDRESS = re.compile(r"://[^/@\s]*:(?P<password>[^@\s]+)@")
ONE_SHOT = {"airflow-init"}


@pytest.fixture(scope="module")
def text(root: Path) -> str:
    """The compose file as it is written."""
    return (root / "docker-compose.yaml").read_text()


@pytest.fixture(scope="module")
def services(text: str) -> dict[str, dict[str, Any]]:
    """Its services, with the anchors followed and nothing interpolated."""
    return yaml.safe_load(text)["services"]


@pytest.fixture(scope="module")
def example(root: Path) -> dict[str, str]:
    """What `.env.example` sets."""
    lines = (root / ".env.example").read_text().splitlines()
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {name: value for name, value in pairs}  # noqa: C416


def _variables(services: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for service, definition in services.items():
        for name, value in definition.get("environment", {}).items():
            yield service, name, str(value)


def test_no_secret_is_written_into_the_compose_file(services: dict[str, dict[str, Any]]) -> None:
    literal = [
        f"{service}: {name}"
        for service, name, value in _variables(services)
        if SECRET_NAME.search(name) and not REQUIRED.fullmatch(value)
    ]
    assert literal == []


def test_no_address_in_the_compose_file_holds_a_password(text: str) -> None:
    passwords = [match["password"] for match in CREDENTIALS_IN_ADDRESS.finditer(text)]
    assert all(REQUIRED.fullmatch(password) for password in passwords), passwords


def test_every_variable_the_compose_file_asks_for_is_explained(
    text: str, example: dict[str, str]
) -> None:
    assert set(INTERPOLATED.findall(text)) == set(REQUIRED.findall(text)) == set(example)


def test_the_example_environment_holds_no_secret(root: Path, example: dict[str, str]) -> None:
    assert [name for name, value in example.items() if value and SECRET_NAME.search(name)] == []
    assert ".env" in (root / ".gitignore").read_text().splitlines()


def test_every_service_that_stays_up_has_a_health_check(
    services: dict[str, dict[str, Any]],
) -> None:
    assert {name for name, service in services.items() if "healthcheck" not in service} == ONE_SHOT


def test_no_service_is_reachable_from_other_machines(services: dict[str, dict[str, Any]]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_the_same_environment_reaches_all_of_paluu(services: dict[str, dict[str, Any]]) -> None:
    environments = [
        service["environment"] for name, service in services.items() if name != "postgres"
    ]
    assert all(environment == environments[0] for environment in environments)


def test_every_stage_of_the_image_ends_as_an_ordinary_user(root: Path) -> None:
    stages = re.split(r"^FROM .*$", (root / "Dockerfile").read_text(), flags=re.MULTILINE)[1:]
    assert stages
    for stage in stages:
        assert re.findall(r"^USER (\S+)$", stage, re.MULTILINE)[-1] == "paluu"


def test_the_secrets_of_this_machine_stay_out_of_the_image(root: Path) -> None:
    rules = (root / ".dockerignore").read_text().splitlines()
    assert "*" in rules
    assert not [rule for rule in rules if rule.startswith("!.env")]


def test_docker_compose_accepts_the_file(root: Path, example: dict[str, str]) -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], check=False).returncode:
        pytest.skip("docker compose is not installed here")
    environment = os.environ | dict.fromkeys(example, "given")
    command = [docker, "compose", "--profile", "demo", "config", "--quiet"]
    accepted = subprocess.run(command, cwd=root, env=environment, check=False)
    assert accepted.returncode == 0
    bare = {name: value for name, value in os.environ.items() if name not in example}
    command[2:2] = ["--env-file", os.devnull]
    refused = subprocess.run(command, cwd=root, env=bare, check=False, capture_output=True)
    assert refused.returncode != 0
    assert b"required variable" in refused.stderr
