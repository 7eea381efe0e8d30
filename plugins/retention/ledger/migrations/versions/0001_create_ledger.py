"""Create all tables of the ledger of version 0.1.0."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from alembic import op

if TYPE_CHECKING:
    from typing import LiteralString

    import psycopg

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the whole SQL file beside this one, without parameters."""
    connection = cast("psycopg.Connection", op.get_bind().connection.driver_connection)
    statements = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    connection.execute(cast("LiteralString", statements))
