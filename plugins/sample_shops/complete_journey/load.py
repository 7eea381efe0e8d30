"""Fills the raw tables with The Complete Journey, streamed with COPY."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as pa_csv
from psycopg import sql

from retention.project.shop import read_shop
from retention.raw.contract import create_raw_tables, qualified, read_contract
from sample_shops.complete_journey import tables as source

if TYPE_CHECKING:
    from datetime import date

    import psycopg

BATCH_ROWS = 50_000
Progress = Callable[[str, int, int], None]


def load_complete_journey(
    connection: psycopg.Connection, last_day: date, progress: Progress
) -> dict[str, int]:
    """Replace the rows of the raw tables with The Complete Journey, in one transaction.

    Args:
        connection: to the warehouse; committed at the end, and unchanged after an error.
        last_day: local date of the last purchase; all dates move by whole weeks to reach it, and
            purchases that would fall after it are dropped.
        progress: called with (table, rows so far, total rows) as rows stream in.

    Returns:
        The number of rows loaded into each table.
    """
    shop = read_shop()
    contract = read_contract()
    transactions = source.read_transactions(shop, source.Move.to(last_day))
    loaded = {
        "stores": source.stores(transactions),
        "products": source.products(transactions, shop),
        "customers": source.customers(transactions),
        "consents": source.consents(transactions),
        "orders": source.orders(transactions, shop),
        "order_lines": source.order_lines(transactions),
    }
    with connection.transaction():
        create_raw_tables(connection, contract)
        for name in contract:
            connection.execute(sql.SQL("truncate {}").format(qualified(name)))
        for name, table in loaded.items():
            _copy(connection, name, table, progress)
    _analyze(connection, loaded)
    return {name: table.num_rows for name, table in loaded.items()}


def _copy(connection: psycopg.Connection, name: str, table: pa.Table, progress: Progress) -> None:
    statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(
        qualified(name), sql.SQL(", ").join(map(sql.Identifier, table.column_names))
    )
    rows = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for batch in table.to_batches(max_chunksize=BATCH_ROWS):
            copy.write(_csv(batch))
            rows += batch.num_rows
            progress(name, rows, table.num_rows)


def _csv(batch: pa.RecordBatch) -> memoryview:
    buffer = io.BytesIO()
    options = pa_csv.WriteOptions(include_header=False)
    pa_csv.write_csv(batch, buffer, options)
    return buffer.getbuffer()


def _analyze(connection: psycopg.Connection, names: Iterator[str]) -> None:
    """Update the planner's statistics, so the first night's queries are planned well."""
    for name in names:
        connection.execute(sql.SQL("analyze {}").format(qualified(name)))
    connection.commit()
