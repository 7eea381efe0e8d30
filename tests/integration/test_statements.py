"""Every SQL file of the engine fits the tables that it is written for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from psycopg import sql

import retention
from retention.database import StatementMissingError, compose_statement, connect, load_statement
from tests.conftest import fresh_database
from tests.integration.ledger.warehouse import create_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from demo.postgres import Cluster

TOP = Path(retention.__file__).parents[2]
FILES = sorted(
    file.relative_to(TOP)
    for folder in ("plugins/retention", "demo")
    for file in (TOP / folder).rglob("sql/**/*.sql")
)
# What dbt, a replay and an edited project leave, as far as the statements read it.
STAND_INS = """
    create table decisions.candidates (like decisions.decisions);
    create schema shop;
    create table shop.baskets (order_id text, product_type text, ordered_date date);
    create table shop.kept_orders (
        order_id text, customer_id text, ordered_date date, net_amount numeric
    );
    create table shop.order_lines (
        customer_id text, ordered_at timestamptz, product_type text
    );
    create schema staging;
    create table staging.stg_customers (
        customer_id text, first_name text, locale text, created_at timestamptz
    );
    create table signals.lifecycle (
        customer_id text, last_ordered_at timestamptz, recency_days int
    );
    create schema backtest_decisions;
    create view backtest_decisions.candidates as table decisions.candidates;
    create view backtest_decisions.decisions as table decisions.decisions;
    create schema backtest_shop;
    create view backtest_shop.kept_orders as table shop.kept_orders;
    create view backtest_shop.order_lines as table shop.order_lines;
    create schema backtest_staging;
    create view backtest_staging.stg_customers as table staging.stg_customers;
    create table backtest_decisions.replayed_nights (like ledger.nights);
    create temporary table replayed_purchases (
        customer_id text, ordered_at timestamptz, product_type text
    );
    create temporary table replayed_candidates (
        night date, customer_id text, occasion text, outcome text
    );
"""
TABLES = {
    "candidates": ("decisions", "candidates"),
    "candidates_before": ("decisions", "candidates"),
    "candidates_after": ("decisions", "candidates"),
    "decisions_before": ("decisions", "decisions"),
    "decisions_after": ("decisions", "decisions"),
    "customers": ("staging", "stg_customers"),
    "mart": ("signals", "lifecycle"),
    "lifecycle": ("signals", "lifecycle"),
    "ledger_table": ("ledger", "nights"),
    "replayed_table": ("backtest_decisions", "replayed_nights"),
    "replayed_view": ("backtest_decisions", "shown_nights"),
    "replayed_messages": ("ledger", "messages"),
}
PARTS = {name: sql.Identifier(*table) for name, table in TABLES.items()} | {
    "conditions": sql.SQL("recency_days > 1 as holds"),
    "any_condition": sql.SQL("recency_days > 1"),
    "row_order": sql.SQL("mart::text"),
    "first_night": sql.Literal("2026-03-02"),
}


@pytest.fixture(scope="module")
def warehouse(postgres: Cluster, ledger_template: str) -> Iterator[psycopg.Connection]:
    """A connection to a database with a new ledger and tables of the warehouse without rows."""
    with (
        pytest.MonkeyPatch.context() as environment,
        fresh_database(postgres, environment, ledger_template),
        connect() as connection,
    ):
        create_warehouse(connection)
        connection.execute(STAND_INS)
        yield connection


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_statement_fits_the_tables(warehouse: psycopg.Connection, file: Path) -> None:
    query = statement(file).as_string(warehouse)
    parameters = dict.fromkeys(re.findall(r"%\((\w+)\)s", query))
    with warehouse.transaction(force_rollback=True):
        if not re.search("^create ", query, re.MULTILINE):
            query = f"explain {query}"
        elif file.stem == "create_table":
            warehouse.execute("drop table backtest_decisions.replayed_nights")
        elif file.stem in {"create_purchases", "create_candidates"}:
            warehouse.execute("drop table replayed_purchases, replayed_candidates")
        warehouse.execute(query, parameters)


def test_a_missing_statement_names_the_file_that_was_looked_for() -> None:
    with pytest.raises(StatementMissingError, match=r"ledger/sql/dance\.sql does not exist"):
        load_statement("retention.ledger", "dance")


def statement(file: Path) -> sql.SQL | sql.Composed:
    """A statement with placeholders for the parts that it is composed of."""
    package = str(file).split("/sql/")[0].removeprefix("plugins/").replace("/", ".")
    if re.search(r"\{\w+\}", load_statement(package, file.stem)):
        return compose_statement(package, file.stem, **PARTS)
    return sql.SQL(load_statement(package, file.stem))
