from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retention.database import connect
from tests.integration.ledger.warehouse import create_warehouse
from tests.integration.rewards.quarter import CUSTOMERS, fill_grades

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg


@pytest.fixture
def ledger(ledger_database: str) -> Iterator[psycopg.Connection]:  # noqa: ARG001 - sets PG*
    """A new ledger beside a warehouse that has graded a quarter."""
    with connect() as connection:
        create_warehouse(connection)
        fill_grades(connection, CUSTOMERS)
        yield connection
