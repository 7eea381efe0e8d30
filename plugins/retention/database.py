"""PostgreSQL access for every module of the engine: one way to connect, SQL in files."""

from __future__ import annotations

import os
from functools import cache
from importlib import resources
from pathlib import Path

import psycopg
from psycopg import sql

APPLICATION_NAME = "paluu"


class StatementMissingError(LookupError):
    """The requested SQL file does not exist."""


def connect(application_name: str = APPLICATION_NAME, options: str = "") -> psycopg.Connection:
    """Open a connection to the database that the libpq environment names (`PGHOST`, ...).

    The session's time zone is UTC. Each statement commits by itself; use
    `with connection.transaction():` to group several.

    Args:
        application_name: name of the session in `pg_stat_activity`.
        options: further libpq options, such as `-c lock_timeout=2s`.

    Raises:
        psycopg.OperationalError: the server cannot be reached or refuses the user.
    """
    options = f"{os.environ.get('PGOPTIONS', '')} -c timezone=UTC {options}".strip()
    return psycopg.connect(
        autocommit=True,
        application_name=application_name,
        options=options,
        # Plan each statement for its own parameters: a generic plan ignores `limit` and reads all.
        prepare_threshold=None,
    )


@cache
def load_statement(package: str, name: str) -> str:
    """Return the one SQL statement of file `<name>.sql` in the `sql` folder of `package`.

    Args:
        package: dotted name of the package that owns the `sql` folder.
        name: the file's stem, a verb and its object, such as `claim_messages`; it says nothing of
            the folder below `sql` that the file may lie in.

    Raises:
        StatementMissingError: the file does not exist; the message has its path.
    """
    folder = Path(str(resources.files(package))) / "sql"
    for file in folder.rglob(f"{name}.sql"):
        return file.read_text(encoding="utf-8")
    message = f"no SQL statement '{name}': {folder / name}.sql does not exist"
    raise StatementMissingError(message)


def compose_statement(package: str, name: str, **parts: sql.Composable) -> sql.Composed:
    """Return a statement whose file has `{names}` for tables or other parts, with these filled in.

    Args:
        package: dotted name of the package that owns the `sql` folder.
        name: the file's stem.
        parts: what each of the names stands for.

    Raises:
        StatementMissingError: there is no such file; names the file that was looked for.
    """
    return sql.SQL(load_statement(package, name)).format(**parts)


def table_exists(connection: psycopg.Connection, table: sql.Identifier) -> bool:
    """Return whether the database has a table or view of this name."""
    name = table.as_string(connection)
    return connection.execute("select to_regclass(%s) is not null", [name]).fetchone()[0]


def count_rows(connection: psycopg.Connection, table: sql.Identifier) -> int:
    """Return the number of rows of a table or view."""
    return connection.execute(sql.SQL("select count(*) from {}").format(table)).fetchone()[0]
