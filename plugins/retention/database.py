"""PostgreSQL, as every module of the engine reaches it: one way to connect, SQL in files."""

from __future__ import annotations

import os
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, TypeVar, cast

import psycopg

if TYPE_CHECKING:
    from typing import LiteralString

APPLICATION_NAME = "paluu"

Row = TypeVar("Row")


class StatementMissingError(LookupError):
    """A module asked for an SQL file that does not exist."""


def connect(application_name: str = APPLICATION_NAME, options: str = "") -> psycopg.Connection:
    """Open a connection to the database that the libpq environment names (`PGHOST`, ...).

    The session speaks UTC and commits each statement by itself; several that belong together go
    into `with connection.transaction():`.

    Args:
        application_name: how PostgreSQL lists the session in `pg_stat_activity`.
        options: more of libpq's options, such as `-c lock_timeout=2s`.

    Raises:
        psycopg.OperationalError: no server there, or it refuses the user.
    """
    options = f"{os.environ.get('PGOPTIONS', '')} -c timezone=UTC {options}".strip()
    return psycopg.connect(
        autocommit=True,
        application_name=application_name,
        options=options,
        # Each statement is planned for its own parameters: a plan for any `limit` reads it all.
        prepare_threshold=None,
    )


def only_row(cursor: psycopg.Cursor[Row]) -> Row:
    """Return the row of a statement that always returns one, such as a count.

    Raises:
        LookupError: it returned none.
    """
    row = cursor.fetchone()
    if row is None:
        message = "a statement returned no row"
        raise LookupError(message)
    return row


@cache
def load_statement(package: str, name: str) -> LiteralString:
    """Return the one SQL statement of file `sql/<name>.sql` inside `package`.

    Args:
        package: dotted name of the package that owns the `sql` folder.
        name: the file's stem, a verb and its object, such as `claim_messages`.

    Raises:
        StatementMissingError: there is no such file; names the file that was looked for.
    """
    file = resources.files(package) / "sql" / f"{name}.sql"
    if not file.is_file():
        message = f"no SQL statement '{name}': {file} does not exist"
        raise StatementMissingError(message)
    # As good as a text in the code: the file is part of the package.
    return cast("LiteralString", file.read_text(encoding="utf-8"))
