"""Sample data replace a shop's own data only with --replace."""

from __future__ import annotations

import psycopg
import pytest
from typer.testing import CliRunner

from retention.raw.contract import RawTablesHoldRowsError, create_raw_tables, read_contract
from sample_shops.__main__ import app

COMMANDS = [["simulate", "--customers", "300"], ["complete-journey"]]


@pytest.fixture
def shop(database: str) -> psycopg.Connection:
    """A shop with one store."""
    with psycopg.connect(database, autocommit=True) as connection:
        create_raw_tables(connection, read_contract())
        connection.execute("insert into raw.stores (store_id, updated_at) values ('ours', 'epoch')")
        yield connection


@pytest.mark.parametrize("command", COMMANDS, ids=["simulate", "complete-journey"])
def test_a_shops_own_rows_are_not_replaced_without_replace(
    shop: psycopg.Connection, command: list[str]
) -> None:
    told = CliRunner().invoke(app, command).exception
    assert isinstance(told, RawTablesHoldRowsError)
    assert "holds rows in raw.stores;" in str(told)
    assert "--replace" in str(told)
    assert shop.execute("select store_id from raw.stores").fetchall() == [("ours",)]


def test_they_are_replaced_with_replace(shop: psycopg.Connection) -> None:
    assert CliRunner().invoke(app, [*COMMANDS[0], "--replace"]).exit_code == 0
    assert shop.execute("select from raw.stores where store_id = 'ours'").fetchall() == []
    assert shop.execute("select from raw.customers").rowcount == 300
