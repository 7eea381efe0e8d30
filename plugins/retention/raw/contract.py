"""Creates the raw tables as the dbt sources document them.

The documentation is the definition: column names, types and descriptions are read from the sources'
YAML, so the tables that loaders fill cannot differ from the documentation that analysts read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml
from psycopg import sql

from retention.database import table_exists
from retention.project.shop import project_directory

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

SCHEMA = "raw"


class RawTablesHoldRowsError(RuntimeError):
    """Rows in the raw tables would be lost; the message has the tables and the database."""


@dataclass(frozen=True)
class RawTable:
    """One table of the contract.

    Attributes:
        columns: (name, PostgreSQL type, description), in the contract's order.
    """

    name: str
    description: str
    primary_key: str
    columns: tuple[tuple[str, str, str], ...]

    @property
    def column_names(self) -> list[str]:
        """Names of the columns, in the contract's order."""
        return [name for name, _, _ in self.columns]


def read_contract(project: Path | None = None) -> dict[str, RawTable]:
    """Read the raw tables by name from the sources of the dbt project."""
    file = (project or project_directory()) / "models" / "staging" / "_sources.yml"
    (source,) = yaml.safe_load(file.read_text())["sources"]
    return {table["name"]: _raw_table(table) for table in source["tables"]}


def create_raw_tables(connection: psycopg.Connection, tables: dict[str, RawTable]) -> None:
    """Create schema `raw` and its tables with their documentation, if they do not exist.

    Columns that were added to the contract are added to existing tables, empty.
    """
    connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(SCHEMA)))
    for table in tables.values():
        _create(connection, table)


def require_empty_raw_tables(connection: psycopg.Connection) -> None:
    """Check that filling the raw tables overwrites nothing.

    Raises:
        RawTablesHoldRowsError: a raw table has rows.
    """
    holding = [table for table in read_contract() if _holds_rows(connection, table)]
    if holding:
        names = ", ".join(f"{SCHEMA}.{table}" for table in holding)
        message = (
            f"the database '{connection.info.dbname}' holds rows in {names}; they would all be"
            " replaced: name another database (PGDATABASE), or add --replace to lose them"
        )
        raise RawTablesHoldRowsError(message)


def qualified(table: str) -> sql.Identifier:
    """Return the quoted, schema-qualified name of a raw table."""
    return sql.Identifier(SCHEMA, table)


def _raw_table(table: dict) -> RawTable:
    return RawTable(
        name=table["name"],
        description=table["description"],
        primary_key=table["config"]["meta"]["primary_key"],
        columns=tuple(
            (column["name"], column["data_type"], column["description"])
            for column in table["columns"]
        ),
    )


def _create(connection: psycopg.Connection, table: RawTable) -> None:
    name = qualified(table.name)
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(data_type))
        for column, data_type, _ in table.columns
    )
    connection.execute(
        sql.SQL("create table if not exists {} ({}, primary key ({}))").format(
            name, columns, sql.Identifier(table.primary_key)
        )
    )
    added = sql.SQL(", ").join(
        sql.SQL("add column if not exists {} {}").format(sql.Identifier(column), sql.SQL(data_type))
        for column, data_type, _ in table.columns
    )
    connection.execute(sql.SQL("alter table {} {}").format(name, added))
    connection.execute(sql.SQL("comment on table {} is {}").format(name, table.description))
    for column, _, meaning in table.columns:
        path = sql.Identifier(SCHEMA, table.name, column)
        connection.execute(sql.SQL("comment on column {} is {}").format(path, meaning))


def _holds_rows(connection: psycopg.Connection, table: str) -> bool:
    name = qualified(table)
    if not table_exists(connection, name):
        return False
    return connection.execute(sql.SQL("select exists (select from {})").format(name)).fetchone()[0]
