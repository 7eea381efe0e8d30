"""Fixtures every test may use: a real PostgreSQL, a fresh database in it, every log."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

import retention.project.dbt
import retention.project.manifest
from demo.postgres import Cluster
from retention.ledger.migration import migrate
from tests import warm_dbt

if TYPE_CHECKING:
    from collections.abc import Iterator

# No test reaches the real SendGrid, whatever the environment of its person says.
os.environ["PALUU_TEST_MODE"] = "1"
# dbt's own file of every step, a tenth of what it does; what it prints is kept.
os.environ["DBT_LOG_LEVEL_FILE"] = "none"


def pytest_configure(config: pytest.Config) -> None:
    """Let the engine use the dbt that is imported already."""
    retention.project.dbt.dbt_program = retention.project.manifest.dbt_program = warm_dbt.program
    if not hasattr(config, "workerinput"):  # which all workers get from here
        os.environ[warm_dbt.KEPT_VARIABLE] = tempfile.mkdtemp(prefix="paluu-parsed-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """End that dbt."""
    warm_dbt.stop()
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ[warm_dbt.KEPT_VARIABLE], ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running embedded PostgreSQL server of this test session's own."""
    cluster = Cluster(tmp_path_factory.mktemp("postgres"), is_throw_away=True)
    cluster.start()
    yield cluster
    cluster.remove()


@pytest.fixture
def database(postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of a fresh, empty database; the libpq environment leads to it too."""
    with fresh_database(postgres, monkeypatch) as url:
        yield url


@pytest.fixture(scope="session")
def ledger_template(postgres: Cluster) -> str:
    """The name of a database with a new ledger, to be copied: quicker than migrating each time."""
    name = "ledger_template"
    postgres.create_database(name)
    with pytest.MonkeyPatch.context() as environment:
        for variable, value in postgres.environment(name).items():
            environment.setenv(variable, value)
        migrate()
    return name


@pytest.fixture
def ledger_database(
    postgres: Cluster, ledger_template: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The URL of a fresh database with a new ledger; the libpq environment leads to it too."""
    with fresh_database(postgres, monkeypatch, ledger_template) as url:
        yield url


@pytest.fixture
def every_log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What every logger says at DEBUG, ours and the libraries'.

    Not httpx: it logs URLs, some of which hold an address, and so the engine keeps it quiet.
    """
    caplog.set_level(logging.DEBUG)
    for name in set(logging.root.manager.loggerDict) - {"httpx"}:
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


@contextmanager
def fresh_database(
    postgres: Cluster, environment: pytest.MonkeyPatch, template: str = "template1"
) -> Iterator[str]:
    """Create a database, lead the libpq environment to it, and yield its URL."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    postgres.create_database(name, template)
    for variable, value in postgres.environment(name).items():
        environment.setenv(variable, value)
    yield postgres.url(name)
    postgres.drop_database(name)
