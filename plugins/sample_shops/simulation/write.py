"""Writes the simulated shop into the warehouse, streamed with COPY."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pyarrow.csv as pa_csv
from psycopg import sql

from retention.project.shop import read_shop
from retention.project.strict_model import SettingsError
from retention.raw.contract import create_raw_tables, qualified, read_contract
from sample_shops.simulation.shop import FEWEST_CUSTOMERS, simulate_shop
from sample_shops.simulation.tables import raw_tables
from sample_shops.simulation.truths import FOR_ALL, SCHEMA, TABLES, create_truth_tables, truth_rows

if TYPE_CHECKING:
    from datetime import date

    import psycopg
    import pyarrow as pa

BATCH_ROWS = 50_000
Progress = Callable[[str, int, int], None]


def write_simulated_shop(
    connection: psycopg.Connection,
    *,
    customers: int,
    seed: int,
    last_day: date,
    progress: Progress,
) -> dict[str, int]:
    """Replace the raw tables' rows and the schema `truth` by a simulated shop, in one transaction.

    Args:
        connection: to the warehouse; committed at the end, and unchanged after an error.
        customers: number of customers.
        seed: the same seed gives the same shop.
        last_day: local date of the last purchase; the truths are about the night after it.
        progress: called with (table, rows so far, total rows) as rows stream in.

    Returns:
        The number of rows in each raw table.

    Raises:
        SettingsError: there are too few customers for every story.
    """
    if customers < FEWEST_CUSTOMERS:
        message = f"--customers {customers}: too few; it must be at least {FEWEST_CUSTOMERS}"
        raise SettingsError(message)
    shop = read_shop()
    contract = read_contract()
    made = simulate_shop(shop, customers, seed, last_day + timedelta(days=1))
    written = {}
    with connection.transaction():
        create_raw_tables(connection, contract)
        for name in contract:
            connection.execute(sql.SQL("truncate {}").format(qualified(name)))
        for name, table in raw_tables(made, shop, contract):
            _copy(connection, name, table, progress)
            written[name] = table.num_rows
        create_truth_tables(connection)
        for name, rows in truth_rows(made):
            _copy_truths(connection, name, rows)
    connection.execute("analyze")
    return written


def _copy(connection: psycopg.Connection, name: str, table: pa.Table, progress: Progress) -> None:
    statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(
        qualified(name), sql.SQL(", ").join(map(sql.Identifier, table.column_names))
    )
    rows = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for batch in table.to_batches(max_chunksize=BATCH_ROWS):
            buffer = io.BytesIO()
            pa_csv.write_csv(batch, buffer, pa_csv.WriteOptions(include_header=False))
            copy.write(buffer.getbuffer())
            rows += batch.num_rows
            progress(name, rows, table.num_rows)


def _copy_truths(connection: psycopg.Connection, name: str, rows: list[dict[str, Any]]) -> None:
    columns = list(TABLES[name] | FOR_ALL)
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(SCHEMA, name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([row.get(column) for column in columns])
