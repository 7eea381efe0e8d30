"""Fixtures every test may use: a real PostgreSQL, and a fresh database in it."""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING

import pytest

from demo.postgres import Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

# No test reaches the real SendGrid, whatever the environment of its person says.
os.environ["PALUU_TEST_MODE"] = "1"


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
    name = f"test_{uuid.uuid4().hex[:12]}"
    postgres.create_database(name)
    for variable, value in postgres.environment(name).items():
        monkeypatch.setenv(variable, value)
    yield postgres.url(name)
    postgres.drop_database(name)
