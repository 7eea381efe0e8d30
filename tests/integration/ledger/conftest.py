from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retention.database import connect
from retention.ledger.migration import migrate
from tests.integration.ledger.warehouse import create_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg


@pytest.fixture
def ledger(database: str) -> Iterator[psycopg.Connection]:  # noqa: ARG001 - sets PG*
    """A connection to a database with a new ledger and a warehouse without decisions."""
    migrate()
    with connect() as connection:
        create_warehouse(connection)
        yield connection
