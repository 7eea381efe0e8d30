"""A small shop with planted customers, and its nights, decided by the real dbt project."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import psycopg
import yaml
from psycopg import sql
from psycopg.rows import dict_row

from retention.ledger.decisions import record_decisions
from retention.ledger.mart_checks import record_mart_check
from retention.ledger.messages import enqueue_messages
from retention.project.shop import project_directory
from retention.raw.contract import create_raw_tables, qualified, read_contract
from tests import warm_dbt

if TYPE_CHECKING:
    from pathlib import Path

ZONE = ZoneInfo("Europe/Helsinki")
NIGHT = date(2026, 11, 22)
REFUSES_OFFERS = 5  # every fifth customer
PRODUCTS = {"p1": "GROUND COFFEE", "p2": "BANANAS", "p3": "TOILET TISSUE"}

Row = dict[str, Any]


def purchases_of_the_shop() -> dict[str, list[int]]:
    """Return the days before the night on which each customer ordered.

    Regular customers order every week, lapsed ones did so until 60 days ago, and slow ones came
    back once. Customers with one order placed it ten days ago: inside the others' window.
    """
    weeks = range(0, 300, 7)
    regular = {f"regular_{n}": [1 + n % 7 + days for days in weeks] for n in range(42)}
    lapsed = {f"lapsed_{n}": [60 + days for days in weeks] for n in range(30)}
    slow = {f"slow_{n}": [200 - n, 200] for n in range(5, 41)}
    once = {f"once_{n}": [10] for n in range(30)}
    return regular | lapsed | slow | once


def fill_raw_tables(connection: psycopg.Connection) -> None:
    """Create the raw tables and fill them with the planted customers."""
    create_raw_tables(connection, read_contract())
    long_ago = datetime(2025, 1, 1, tzinfo=UTC)
    insert(connection, "products", [
        {"product_id": key, "product_name": kind, "department": "GROCERY",
         "product_category": "ALL", "product_type": kind, "updated_at": long_ago}
        for key, kind in PRODUCTS.items()
    ])  # fmt: skip
    for number, (customer, days) in enumerate(purchases_of_the_shop().items()):
        insert(connection, "customers", [
            {"customer_id": customer, "email": f"{customer}@example.com", "first_name": "Aino",
             "locale": "fi" if number % 2 else "en", "created_at": long_ago, "updated_at": long_ago}
        ])  # fmt: skip
        insert(connection, "consents", [
            {"consent_id": f"{customer}-{purpose}", "customer_id": customer, "channel": "email",
             "purpose": purpose, "granted_at": long_ago, "updated_at": long_ago,
             "is_granted": purpose == "reminders" or number % REFUSES_OFFERS != 0}
            for purpose in ("offers", "reminders")
        ])  # fmt: skip
        insert_orders(connection, customer, days)


def insert_orders(connection: psycopg.Connection, customer: str, days_before: list[int]) -> None:
    """Insert one order of two products per day, at five in the afternoon."""
    orders, lines = [], []
    for days in days_before:
        order, day = f"{customer}-{days}", NIGHT - timedelta(days=days)
        moment = datetime.combine(day, time(17, 10), ZONE)
        orders.append({
            "order_id": order, "customer_id": customer, "ordered_at": moment, "currency": "EUR",
            "status": "completed", "updated_at": moment,
        })  # fmt: skip
        lines += [
            {"order_line_id": f"{order}-{product}", "order_id": order, "product_id": product,
             "quantity": 1, "net_amount": 5, "discount_amount": 0, "updated_at": moment}
            for product in ("p1", "p2")
        ]  # fmt: skip
    insert(connection, "orders", orders)
    insert(connection, "order_lines", lines)


def insert(connection: psycopg.Connection, table: str, rows: list[Row]) -> None:
    """Insert rows with equal keys into a raw table."""
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        qualified(table),
        sql.SQL(", ").join(map(sql.Identifier, rows[0])),
        sql.SQL(", ").join(sql.Placeholder() * len(rows[0])),
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, [list(row.values()) for row in rows])


@dataclass
class Shop:
    """The planted shop in a separate database."""

    url: str
    target: Path

    def record_checks(self, night: date, failed: str | None = None) -> None:
        """Record that every guarded mart passed, except `failed`."""
        file = project_directory() / "dbt_project.yml"
        with psycopg.connect(self.url) as connection:
            for mart in yaml.safe_load(file.read_text())["vars"]["guarded_marts"]:
                record_mart_check(
                    connection,
                    night=night,
                    mart=mart,
                    passed=mart != failed,
                    row_count=1,
                    failures=["0 rows"] if mart == failed else [],
                    checked_at=datetime.combine(night, time(3), ZONE),
                )

    def decide(self, night: date) -> list[Row]:
        """Build everything up to the decisions of `night`, and return them in order."""
        finished = subprocess.run(
            [
                warm_dbt.program(), "--no-use-colors", "build",
                "--profile", "paluu", "--target", "night", "--target-path", self.target,
                "--log-path", self.target,
                "--resource-type", "model", "--resource-type", "seed",
                "--select", "+path:models/decisions",
            ],
            cwd=project_directory(),
            # Not as a var: dbt would parse the whole project again for each night.
            env=os.environ | {"PALUU_AS_OF": night.isoformat()},
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        assert finished.returncode == 0, finished.stdout
        return self.query("select * from decisions.decisions order by campaign, customer_id")

    def enqueue(self, night: date) -> None:
        """Record the night's decisions in the ledger and plan its messages."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            record_decisions(connection, night)
            enqueue_messages(connection, night, datetime.combine(night, time(3), ZONE))

    def query(self, statement: str) -> list[Row]:
        """Return the rows of a statement."""
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(statement).fetchall()
