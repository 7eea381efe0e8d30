"""The planted shop, in a separate database for all tests of a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from retention.ledger.migration import migrate
from retention.project.shop import project_directory
from tests.integration.decisions.planted_shop import Shop, fill_raw_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from demo.postgres import Cluster


@pytest.fixture(scope="module")
def shop(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The planted shop, in a separate database."""
    name = "test_decisions"
    postgres.create_database(name)
    with pytest.MonkeyPatch.context() as environment:
        for variable, value in postgres.environment(name).items():
            environment.setenv(variable, value)
        environment.setenv("DBT_PROFILES_DIR", str(project_directory()))
        with psycopg.connect(postgres.url(name)) as connection:
            fill_raw_tables(connection)
        migrate()
        yield Shop(postgres.url(name), tmp_path_factory.mktemp("dbt"))
    postgres.drop_database(name)
