from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retention.database import connect
from tests.integration.ledger.warehouse import create_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg


@pytest.fixture
def ledger(ledger_database: str) -> Iterator[psycopg.Connection]:  # noqa: ARG001 - sets PG*
    """A connection to a database with a new ledger and an empty table of decisions."""
    with connect() as connection:
        create_warehouse(connection)
        yield connection
