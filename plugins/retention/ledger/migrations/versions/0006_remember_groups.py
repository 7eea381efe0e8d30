"""Unsubscribe groups that a purpose had before still speak for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

SCHEMA = "ledger"
MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Remember every group of a purpose, and whether the present one holds all its members."""
    op.create_table(
        "unsubscribe_group_ids",
        sa.Column("group_id", sa.BigInteger(), primary_key=True, comment="SendGrid's group."),
        sa.Column("purpose", sa.Text(), nullable=False, comment="What it stands or stood for."),
        schema=SCHEMA,
        comment="One row per unsubscribe group that ever stood for a consent purpose.",
    )
    adopted_at = sa.Column(
        "adopted_at", MOMENT, comment="When it got all who had unsubscribed; null until then."
    )
    op.add_column("unsubscribe_groups", adopted_at, schema=SCHEMA)
    op.execute(
        "insert into ledger.unsubscribe_group_ids (group_id, purpose)"
        " select group_id, purpose from ledger.unsubscribe_groups on conflict do nothing"
    )
    op.execute("update ledger.unsubscribe_groups set adopted_at = ensured_at")
