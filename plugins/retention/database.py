"""PostgreSQL access for every module of the engine: one way to connect, SQL in files."""

from __future__ import annotations

import os
from functools import cache
from importlib import resources

import psycopg

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
    """Return the SQL statement in `sql/<name>.sql` of `package`.

    Args:
        package: dotted name of the package that owns the `sql` folder.
        name: the file's stem: a verb and its object, such as `claim_messages`.

    Raises:
        StatementMissingError: the file does not exist; the message has its path.
    """
    file = resources.files(package) / "sql" / f"{name}.sql"
    if not file.is_file():
        message = f"no SQL statement '{name}': {file} does not exist"
        raise StatementMissingError(message)
    return file.read_text(encoding="utf-8")
