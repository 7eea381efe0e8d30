"""The ledger of a replay: the real ledger before the first replayed night, plus replayed rows.

The rows that nights write (decisions, messages, checks) go to separate tables. A view per table
combines them with the ledger's rows from before the first night; all other tables are views on the
ledger. So a replay does not write to the ledger, and does not read later nights' rows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from psycopg import sql
from psycopg.rows import args_row

from retention.database import compose_statement, load_statement
from retention.workbench.backtest.snapshot import LEDGER, TARGET

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from typing import LiteralString

    import psycopg

WRITTEN = ("nights", "mart_checks", "decisions", "messages")  # tables that a night writes
REPLAYED = "replayed_"
PACKAGE = "retention.workbench.backtest"


def create_ledger(connection: psycopg.Connection, first: date) -> None:
    """Create the replay's ledger; an aborted replay's schemas are dropped first.

    `first` is the first replayed night; older rows come from the ledger.
    """
    drop_schemas(connection)
    connection.execute(sql.SQL("create schema {}").format(sql.Identifier(LEDGER)))
    for name in _names(connection, "find_ledger_tables"):
        parts = {
            "ledger_table": sql.Identifier("ledger", name),
            "replayed_view": sql.Identifier(LEDGER, name),
            "replayed_table": sql.Identifier(LEDGER, REPLAYED + name),
            "first_night": sql.Literal(first),
        }
        is_written = name in WRITTEN
        for statement in ("create_table", "continue_table") if is_written else ("show_table",):
            connection.execute(compose_statement(PACKAGE, statement, **parts))


def drop_schemas(connection: psycopg.Connection) -> None:
    """Drop all schemas of a replay."""
    for name in _names(connection, "find_schemas", prefix=f"{TARGET}_"):
        connection.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(name)))


def open_replayed_night(
    connection: psycopg.Connection, night: date, marts: Iterable[str], now: datetime
) -> None:
    """Open a replayed night and record that the guarded `marts` pass, since they are not checked.

    `now` is the time at which the night is computed.
    """
    _write(
        connection, "open_night", run_id=_run_of(night), night=night, scheduled_for=now,
        is_dry_run=False, is_backfill=False, opened_at=now,
    )  # fmt: skip
    for mart in marts:
        _write(
            connection, "record_mart_check", night=night, mart=mart, passed=True, row_count=0,
            failures="[]", checked_at=now,
        )  # fmt: skip


def close_replayed_night(connection: psycopg.Connection, night: date, now: datetime) -> None:
    """Record the night's decisions, plan its messages, and mark them as accepted."""
    _write(connection, "record_decisions", night=night)
    _write(connection, "enqueue_messages", night=night, now=now)
    messages = sql.Identifier(LEDGER, f"{REPLAYED}messages")
    delivered = compose_statement(PACKAGE, "deliver_messages", replayed_messages=messages)
    connection.execute(delivered)
    _write(connection, "close_night", run_id=_run_of(night), withheld_reason=None, now=now)


def _write(connection: psycopg.Connection, statement: str, **parameters: object) -> None:
    """Run a statement of the ledger on the replay's tables and decisions."""
    written = load_statement("retention.ledger", statement)
    # A table keeps its name as an alias, since the statement may refer to it by that name.
    replayed = re.sub(r"\bledger\.(\w+)\b(?! as\b)", rf"{LEDGER}.{REPLAYED}\1 as \1", written)
    replayed = re.sub(r"\bledger\.", f"{LEDGER}.{REPLAYED}", replayed)
    replayed = re.sub(r"\bdecisions\.decisions\b", f"{TARGET}_decisions.decisions", replayed)
    connection.execute(cast("LiteralString", replayed), parameters)


def _names(connection: psycopg.Connection, statement: str, **parameters: str) -> list[str]:
    cursor = connection.cursor(row_factory=args_row(str))
    return cursor.execute(load_statement(PACKAGE, statement), parameters).fetchall()


def _run_of(night: date) -> str:
    return f"backtest of {night}"
