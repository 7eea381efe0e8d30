"""Runs the ledger's statements, and keeps customers' data out of their errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

import psycopg
from psycopg.rows import namedtuple_row

from retention.database import load_statement

if TYPE_CHECKING:
    from psycopg.rows import RowFactory

    from retention.database import Row


class LedgerConstraintError(RuntimeError):
    """A row violates a constraint of the ledger; the message names only the constraint."""


class LedgerDataError(RuntimeError):
    """PostgreSQL cannot read or store a value; the message names only the kind of fault."""


@overload
def execute(
    connection: psycopg.Connection, statement: str, rows: RowFactory[Row], **parameters: object
) -> psycopg.Cursor[Row]: ...


@overload
def execute(
    connection: psycopg.Connection, statement: str, rows: None = None, **parameters: object
) -> psycopg.Cursor[Any]: ...


def execute(
    connection: psycopg.Connection,
    statement: str,
    rows: RowFactory[Any] | None = None,
    **parameters: object,
) -> psycopg.Cursor[Any]:
    """Run `<statement>.sql` of a folder of `ledger/sql` and return its cursor.

    Args:
        connection: an open connection; committing is up to the caller.
        statement: the file's stem.
        rows: the factory of the result rows; named tuples by default.
        parameters: the statement's named parameters.

    Raises:
        LedgerConstraintError: a constraint was violated. PostgreSQL's own message quotes the
            failing row, including the address, and would end up in a log; this one does not.
        LedgerDataError: a value is invalid; PostgreSQL's message quotes it, this one does not.
    """
    query = load_statement("retention.ledger", statement)
    cursor = connection.cursor(row_factory=rows or namedtuple_row)
    try:
        return cursor.execute(query, parameters)
    except psycopg.IntegrityError as error:
        violated = error.diag.constraint_name or f"not null on column {error.diag.column_name}"
        message = (
            f"{statement}: a row violates '{violated}' of "
            f"{error.diag.schema_name}.{error.diag.table_name}; nothing was written"
        )
        raise LedgerConstraintError(message) from None
    except psycopg.DataError as error:
        message = f"{statement}: a value is invalid ({type(error).__name__}); nothing was written"
        raise LedgerDataError(message) from None
