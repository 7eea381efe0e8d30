"""Migrates the ledger's tables to this version of the engine."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, func, select
from sqlalchemy.schema import CreateSchema

from retention.database import APPLICATION_NAME

SCHEMA = "ledger"
# Any number that nothing else locks: the letters "paluu".
MIGRATION_LOCK = 0x70616C7575


def migrate() -> None:
    """Create or upgrade schema `ledger` in the database of the libpq environment.

    Runs in one transaction under an advisory lock. If two run at once, the second waits and then
    finds nothing to do. A migration that fails changes nothing.

    Raises:
        sqlalchemy.exc.OperationalError: the server cannot be reached, or refuses the user.
    """
    engine = create_engine(
        "postgresql+psycopg://", connect_args={"application_name": APPLICATION_NAME}
    )
    try:
        with engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            connection.execute(CreateSchema(SCHEMA, if_not_exists=True))
            config = migration_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def migration_config() -> Config:
    """Return Alembic's configuration; the only one, so there is no `alembic.ini`."""
    config = Config()
    location = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(location).replace("%", "%%"))
    return config
