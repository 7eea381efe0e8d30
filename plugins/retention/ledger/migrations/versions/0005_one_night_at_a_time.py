"""One night at a time: a run holds the warehouse while it computes its night."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

SCHEMA = "ledger"


def upgrade() -> None:
    """Let a run hold the warehouse, and remember which runs are backfills."""
    held_at = sa.Column(
        "held_at",
        sa.TIMESTAMP(timezone=True),
        comment="Since when the run has the warehouse to itself; null when it has not.",
    )
    is_backfill = sa.Column(
        "is_backfill",
        sa.Boolean(),
        nullable=False,
        server_default=sa.false(),
        comment="Whether a backfill started it; such a night is for the record.",
    )
    op.add_column("nights", held_at, schema=SCHEMA)
    op.add_column("nights", is_backfill, schema=SCHEMA)
    op.create_index(
        "one_run_holds_the_warehouse",
        "nights",
        [sa.text("(true)")],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("held_at is not null"),
    )
