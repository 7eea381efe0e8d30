"""Runs the ledger's statements, and keeps customers' data out of what they raise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

import psycopg
from psycopg.rows import namedtuple_row

from retention.database import load_statement

if TYPE_CHECKING:
    from psycopg.rows import RowFactory

    from retention.database import Row


class LedgerConstraintError(RuntimeError):
    """A row that the ledger does not allow; names the broken constraint, never the row."""


class LedgerDataError(RuntimeError):
    """A value that PostgreSQL cannot read or hold; names the kind of fault, never the value."""


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
        connection: an open connection; whether it commits is the caller's matter.
        statement: the file's stem.
        rows: the shape of the result rows; tuples with names when nothing else is asked.
        parameters: the statement's named parameters.

    Raises:
        LedgerConstraintError: a constraint said no. PostgreSQL's own message quotes the failing
            row, address included, and would end in a log; this one does not.
        LedgerDataError: a value does not fit; PostgreSQL's message quotes it, this one does not.
    """
    query = load_statement("retention.ledger", statement)
    cursor = connection.cursor(row_factory=rows or namedtuple_row)
    try:
        return cursor.execute(query, parameters)
    except psycopg.IntegrityError as error:
        violated = error.diag.constraint_name or f"not null on column {error.diag.column_name}"
        message = (
            f"{statement}: a row breaks '{violated}' of "
            f"{error.diag.schema_name}.{error.diag.table_name}; nothing was written"
        )
        raise LedgerConstraintError(message) from None
    except psycopg.DataError as error:
        message = f"{statement}: a value does not fit ({type(error).__name__}); nothing was written"
        raise LedgerDataError(message) from None
