"""The ledger of a replay: the real ledger before the first replayed night, plus replayed rows.

The rows that nights write (decisions, messages, checks) go to separate tables. A view per table
combines them with the ledger's rows from before the first night; all other tables are views on the
ledger. So a replay does not write to the ledger, and does not read later nights' rows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from psycopg import sql
from psycopg.rows import scalar_row

from retention.database import load_statement
from retention.workbench.backtest.snapshot import LEDGER, TARGET

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    import psycopg

WRITTEN = ("nights", "mart_checks", "decisions", "messages")  # tables that a night writes
REPLAYED = "replayed_"
SCHEMAS = "select nspname from pg_namespace where starts_with(nspname, %s) order by nspname"
TABLES = """
select relname
from pg_class
where relnamespace = 'ledger'::regnamespace and relkind in ('r', 'p')
order by relname
"""
SEEN = "create view {view} as select * from {table}"
KEPT = "create table {kept} (like {table} including all)"
CONTINUED = """
create view {view} as
select * from {table} where night < {first}
union all
select * from {kept}
"""
# Replayed messages are not sent: assume that each one is accepted at its send time.
DELIVERED = """
update {messages}
set
    state = 'accepted',
    claimed_at = send_at,
    submitting_at = send_at,
    accepted_at = send_at,
    request_id = gen_random_uuid(),
    attempts = 1
where state = 'planned'
"""


def create_ledger(connection: psycopg.Connection, first: date) -> None:
    """Create the replay's ledger; an aborted replay's schemas are dropped first.

    `first` is the first replayed night; older rows come from the ledger.
    """
    drop_schemas(connection)
    connection.execute(sql.SQL("create schema {}").format(sql.Identifier(LEDGER)))
    for name in connection.cursor(row_factory=scalar_row).execute(TABLES).fetchall():
        names = {
            "table": sql.Identifier("ledger", name),
            "view": sql.Identifier(LEDGER, name),
            "kept": sql.Identifier(LEDGER, REPLAYED + name),
            "first": sql.Literal(first),
        }
        for statement in (KEPT, CONTINUED) if name in WRITTEN else (SEEN,):
            connection.execute(sql.SQL(statement).format(**names))


def drop_schemas(connection: psycopg.Connection) -> None:
    """Drop all schemas of a replay."""
    cursor = connection.cursor(row_factory=scalar_row)
    for name in cursor.execute(SCHEMAS, (f"{TARGET}_",)).fetchall():
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
    connection.execute(sql.SQL(DELIVERED).format(messages=messages))
    _write(connection, "close_night", run_id=_run_of(night), withheld_reason=None, now=now)


def _write(connection: psycopg.Connection, statement: str, **parameters: Any) -> None:
    """Run a statement of the ledger on the replay's tables and decisions."""
    written = load_statement("retention.ledger", statement)
    replayed = re.sub(r"\bledger\.", f"{LEDGER}.{REPLAYED}", written)
    replayed = re.sub(r"\bdecisions\.decisions\b", f"{TARGET}_decisions.decisions", replayed)
    connection.execute(replayed, parameters)


def _run_of(night: date) -> str:
    return f"backtest of {night}"
