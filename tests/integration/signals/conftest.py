"""A night of some 300 real households with planted returns and cancellations, built by dbt."""

from __future__ import annotations

import io
import os
import subprocess
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pytest
from psycopg import sql

from retention.ledger.migration import migrate
from retention.project.shop import project_directory, read_shop
from retention.raw.contract import create_raw_tables, qualified, read_contract
from sample_shops.complete_journey import tables as source
from tests import warm_dbt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from demo.postgres import Cluster

NIGHT = date(2026, 9, 21)
LAST_DAY = date(2026, 10, 31)  # the raw tables hold six weeks that the night must not know
EVERY_HOUSEHOLD = 8  # of 2,469

PLANTED = f"""
    update raw.orders set status = 'cancelled' where order_id::bigint % 60 = 0;
    -- At midnight exactly, hence not known to the night.
    update raw.orders set ordered_at = '{NIGHT} 00:00 Europe/Helsinki'
    where order_id = (
        select min(order_id) from raw.orders
        where ordered_at >= '{NIGHT} 00:00 Europe/Helsinki'
    );
    update raw.orders set gift_card_amount = 12.34, shipping_amount = 4.90, tax_amount = 3.21
    where order_id::bigint % 25 = 0;
    insert into raw.returns (return_id, order_line_id, quantity, amount, returned_at, updated_at)
    select
        'r' || lines.order_line_id,
        lines.order_line_id,
        case when lines.product_id::bigint % 3 = 0 then lines.quantity else 1 end,
        case when lines.product_id::bigint % 3 = 0 then lines.net_amount else 0.50 end,
        orders.ordered_at + interval '3 days',
        orders.ordered_at + interval '3 days'
    from raw.order_lines as lines
    inner join raw.orders as orders on lines.order_id = orders.order_id
    where (lines.order_id::bigint + lines.product_id::bigint) % 40 = 0;
    analyze;
"""

# Everything that the night needs except the campaigns and their decisions.
EVERYTHING = (
    "path:seeds",
    "models/staging",
    "models/shop",
    "models/intermediate",
    "models/signals",
)


@dataclass(frozen=True)
class Warehouse:
    """A database with raw tables, and dbt beside it."""

    cluster: Cluster
    database: str
    target: Path

    @property
    def url(self) -> str:
        """URL of the database."""
        return self.cluster.url(self.database)

    def build(
        self,
        night: date = NIGHT,
        *options: str,
        selected: tuple[str, ...] = EVERYTHING,
        schemas: str = "night",
    ) -> None:
        """Build staging, shop, intermediate and signals for `night`, their data tests left out.

        `schemas` is dbt's target, which tells in which schemas.

        The night is passed in the environment, as Airflow does: dbt would parse the project again
        for a different var.
        """
        project = project_directory()
        finished = subprocess.run(
            [
                warm_dbt.program(), "--quiet", "--no-use-colors", "build",
                "--resource-type", "model", "--resource-type", "seed",
                *options, "--select", *selected, "--profile", "paluu", "--target", schemas,
                "--project-dir", project, "--profiles-dir", project,
                "--target-path", self.target, "--log-path", self.target,
            ],
            env=os.environ
            | self.cluster.environment(self.database)
            | {"PALUU_AS_OF": night.isoformat()},
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        assert finished.returncode == 0, finished.stdout + finished.stderr

    def read(self, query: str) -> pd.DataFrame:
        """Return the rows of a query, with psycopg's types."""
        with psycopg.connect(self.url) as connection:
            cursor = connection.execute(query)
            return pd.DataFrame(
                cursor.fetchall(), columns=[column.name for column in cursor.description]
            )

    def checksums(self) -> dict[str, str]:
        """Return the number of rows and a hash of all rows of each table built by dbt."""
        tables = self.read(
            "select table_schema || '.' || table_name as name from information_schema.tables"
            " where table_schema in ('shop', 'intermediate', 'signals')"
        ).name
        assert len(tables) >= 20
        return {
            name: self.read(
                "select count(*) || ' ' || coalesce(md5(string_agg(rows::text, ',' order by"
                f" rows::text collate \"C\")), '') as checksum from {name} as rows"
            ).checksum[0]
            for name in sorted(tables)
        }

    def execute(self, statements: str) -> None:
        """Run statements and commit them."""
        with psycopg.connect(self.url) as connection:
            connection.execute(statements)


@pytest.fixture(scope="session")
def warehouse(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The night, built once for all tests; they only read it."""
    built = Warehouse(postgres, "signals_warehouse", tmp_path_factory.mktemp("dbt"))
    postgres.create_database(built.database)
    with pytest.MonkeyPatch.context() as environment:
        for variable, value in postgres.environment(built.database).items():
            environment.setenv(variable, value)
        migrate()
    with psycopg.connect(built.url) as connection:
        _load_sample(connection)
        connection.execute(PLANTED)
    built.build()
    yield built
    postgres.drop_database(built.database)


@pytest.fixture
def copied_warehouse(warehouse: Warehouse) -> Iterator[Warehouse]:
    """The same night, in a copy that a test may change."""
    copied = Warehouse(warehouse.cluster, "signals_copy", warehouse.target)
    copied.cluster.create_database(copied.database, template=warehouse.database)
    yield copied
    copied.cluster.drop_database(copied.database)


def _load_sample(connection: psycopg.Connection) -> None:
    shop = read_shop()
    everything = source.read_transactions(shop, source.Move.to(LAST_DAY))
    household = pc.cast(everything["household_id"], pa.int64())
    kept = pc.equal(
        pc.subtract(household, pc.multiply(pc.divide(household, EVERY_HOUSEHOLD), EVERY_HOUSEHOLD)),
        0,
    )
    transactions = everything.filter(kept)
    create_raw_tables(connection, read_contract())
    for name, table in {
        "products": source.products(transactions, shop),
        "customers": source.customers(transactions),
        "orders": source.orders(transactions, shop),
        "order_lines": source.order_lines(transactions),
    }.items():
        _copy(connection, name, table)


def _copy(connection: psycopg.Connection, name: str, table: pa.Table) -> None:
    statement = sql.SQL("copy {} ({}) from stdin (format csv, header)").format(
        qualified(name), sql.SQL(", ").join(map(sql.Identifier, table.column_names))
    )
    text = io.BytesIO()
    pa_csv.write_csv(table, text)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(text.getbuffer())
