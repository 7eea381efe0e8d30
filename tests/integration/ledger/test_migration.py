from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from alembic.script import ScriptDirectory

import retention.ledger
from retention.ledger.messages import count_messages
from retention.ledger.migration import SCHEMA, migrate, migration_config
from retention.ledger.states import MessageState, RequestState
from tests.integration.ledger.warehouse import decision, plan

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA_FILE = Path(retention.ledger.__file__).parent / "schema.sql"
# Whatever a table is made of, but not the order of its columns: a migration can only append.
CATALOGUE = """
    select format('table %s', relname), concat_ws(' / ', relkind, reloptions::text,
        case when relkind = 'v' then pg_get_viewdef(oid) end, obj_description(oid))
    from pg_class
    where relnamespace = 'ledger'::regnamespace and relname !~ '^schema_version'
        and relkind <> 'i'
    union all
    select format('column %s.%s', relname, attname), concat_ws(' / ',
        format_type(atttypid, atttypmod), attnotnull::text, attidentity, attgenerated,
        pg_get_expr(adbin, adrelid), col_description(attrelid, attnum))
    from pg_class
    inner join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where relnamespace = 'ledger'::regnamespace and relname <> 'schema_version'
        and relkind in ('r', 'p', 'v', 'm')
    union all
    select format('constraint %s on %s', conname, conrelid::regclass), pg_get_constraintdef(oid)
    from pg_constraint
    where connamespace = 'ledger'::regnamespace and conname !~ '^schema_version'
    union all
    select format('index %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    from pg_index
    inner join pg_class on pg_class.oid = indexrelid
    where relnamespace = 'ledger'::regnamespace and relname !~ '^schema_version'
    union all
    select format('function %s', oid::regprocedure),
        concat_ws(' / ', pg_get_functiondef(oid), obj_description(oid))
    from pg_proc
    where pronamespace = 'ledger'::regnamespace
    union all
    select format('trigger %s on %s', tgname, tgrelid::regclass), pg_get_triggerdef(pg_trigger.oid)
    from pg_trigger
    inner join pg_class on pg_class.oid = tgrelid
    where relnamespace = 'ledger'::regnamespace and not tgisinternal
"""
UNCOMMENTED = """
    select format('%s.%s', class.relname, coalesce(att.attname, 'table')) as what
    from pg_class as class
    left join pg_attribute as att
        on att.attrelid = class.oid and att.attnum > 0 and not att.attisdropped
    where class.relnamespace = 'ledger'::regnamespace
        and class.relkind = 'r'
        and class.relname <> 'schema_version'
        and (
            obj_description(class.oid) is null
            or col_description(class.oid, att.attnum) is null
        )
"""


@pytest.fixture
def written_schema(database: str) -> Iterator[psycopg.Connection]:
    """A connection to a database in which `schema.sql` was run, and no migration."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"create schema {SCHEMA}")
        connection.execute(SCHEMA_FILE.read_text())
        yield connection


def catalogue(connection: psycopg.Connection) -> dict[str, str]:
    """Each thing in the ledger's schema, with what PostgreSQL says of it."""
    return dict(connection.execute(CATALOGUE).fetchall())


def test_migrating_again_keeps_what_the_ledger_holds(ledger: psycopg.Connection) -> None:
    plan(ledger, [decision(1)])
    migrate()
    head = ScriptDirectory.from_config(migration_config()).get_current_head()
    assert ledger.execute("select version_num from ledger.schema_version").fetchall() == [(head,)]
    assert count_messages(ledger) == {"planned": 1}


@pytest.mark.usefixtures("database")
def test_migrations_that_run_at_once_wait_for_each_other() -> None:
    with ThreadPoolExecutor(4) as pool:
        for run in [pool.submit(migrate) for _ in range(4)]:
            run.result()


def test_the_schema_file_shows_what_the_migrations_make(
    ledger: psycopg.Connection, written_schema: psycopg.Connection
) -> None:
    made, written = catalogue(ledger), catalogue(written_schema)
    assert {"table messages", "trigger frozen_for_ever on ledger.reward_totals"} <= set(made)
    assert made == written


def test_every_table_and_column_of_the_ledger_says_what_it_means(
    ledger: psycopg.Connection,
) -> None:
    assert ledger.execute(UNCOMMENTED).fetchall() == []


@pytest.mark.parametrize(
    ("states", "constraint"),
    [
        (MessageState, "message_state_is_one_of_the_fixed_set"),
        (RequestState, "request_state_is_one_of_the_fixed_set"),
    ],
)
def test_the_database_allows_exactly_the_documented_states(
    ledger: psycopg.Connection, states: type[MessageState | RequestState], constraint: str
) -> None:
    definition = ledger.execute(
        "select pg_get_constraintdef(oid) from pg_constraint where conname = %s", [constraint]
    ).fetchone()[0]
    assert set(definition.split("'")[1::2]) == set(states)


def test_a_message_changes_its_state_without_a_touch_to_any_index(
    ledger: psycopg.Connection,
) -> None:
    indexes = ledger.execute(
        "select indexname from pg_indexes where schemaname = 'ledger' and tablename = 'messages'"
        " and indexdef ~ '\\m(state|submitting_at|accepted_at|attempts)\\M'"
    )
    assert indexes.fetchall() == []


def test_every_state_of_a_message_has_its_moment(ledger: psycopg.Connection) -> None:
    columns = {
        name
        for (name,) in ledger.execute(
            "select column_name from information_schema.columns"
            " where table_schema = 'ledger' and table_name = 'messages'"
        )
    }
    assert {f"{state}_at" for state in MessageState} <= columns
