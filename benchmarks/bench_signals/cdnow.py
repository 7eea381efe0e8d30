"""CDNOW: 69,659 purchases of 23,570 customers who first bought in early 1997, to June 1998.

The other real shop: a music shop where people buy rarely, many of them only once. Its purchases go
through the real dbt models, in a separate database. Purchases for 0.00 (80 of them) are orders
neither for the models nor in the truth.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pandas as pd
import psycopg
from psycopg import sql

from retention.ledger.migration import migrate
from retention.raw.contract import create_raw_tables, qualified, read_contract

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.journey import Journey

NOON = "%Y-%m-%d 12:00:00 Europe/Helsinki"
COLUMNS = ["customer_id", "date", "number_of_cds", "dollar_value"]


@contextmanager
def loaded_cdnow(journey: Journey) -> Iterator[Journey]:
    """Load CDNOW into its own database beside the journey's, to build its nights; drop it later."""
    cdnow = replace(journey, database="cdnow")
    cdnow.cluster.create_database(cdnow.database)
    try:
        with patch.dict(os.environ, cdnow.cluster.environment(cdnow.database)):
            migrate()
        with psycopg.connect(cdnow.cluster.url(cdnow.database)) as connection:
            _load(connection)
        yield cdnow
    finally:
        cdnow.cluster.drop_database(cdnow.database)


def read_purchases() -> pd.DataFrame:
    """Return all purchases: customer_id, ordered_date and amount, in US dollars."""
    file = _directory() / "CDNOW_master.txt"
    purchases = pd.read_csv(file, sep=r"\s+", names=COLUMNS, skiprows=1, dtype=str)
    return pd.DataFrame(
        {
            "customer_id": purchases.customer_id,
            "ordered_date": pd.to_datetime(purchases.date, format="%Y%m%d"),
            "amount": purchases.dollar_value.astype(float),
        }
    )


def _directory() -> Path:
    from lifetimes import datasets

    return Path(datasets.__file__).parent


def _load(connection: psycopg.Connection) -> None:
    """Fill the raw tables: an order with one line per purchase, all of one product, at noon."""
    purchases = read_purchases().reset_index(drop=True)
    moments = purchases.ordered_date.dt.strftime(NOON)
    rows = list(zip(map(str, purchases.index), purchases.customer_id, moments, strict=True))
    amounts = purchases.amount.tolist()
    customers = purchases.groupby("customer_id", sort=False).ordered_date.min()
    create_raw_tables(connection, read_contract())
    _copy(connection, "products", ["product_id", "product_type"], [("cd", "CDS")])
    _copy(
        connection,
        "customers",
        ["customer_id", "created_at"],
        [
            (key, day.strftime("%Y-%m-%d 00:00:00 Europe/Helsinki"))
            for key, day in customers.items()
        ],
    )
    _copy(connection, "orders", ["order_id", "customer_id", "ordered_at"], rows)
    _copy(
        connection,
        "order_lines",
        ["order_line_id", "order_id", "product_id", "quantity", "net_amount"],
        [(row[0], row[0], "cd", 1, amount) for row, amount in zip(rows, amounts, strict=True)],
    )
    connection.execute("update raw.orders set status = 'completed'; analyze")


def _copy(
    connection: psycopg.Connection, table: str, columns: list[str], rows: list[tuple]
) -> None:
    statement = sql.SQL("copy {} ({}) from stdin").format(
        qualified(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
