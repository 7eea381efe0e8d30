"""Remember every run of a night: when it was begun, and whether it enqueued or why not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SCHEMA = "ledger"
MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Create the table of nights."""
    op.create_table(
        "nights",
        sa.Column("run_id", sa.Text(), primary_key=True, comment="The run's own name."),
        sa.Column(
            "night", sa.Date(), nullable=False, comment="Local date whose 00:00 bounds the data."
        ),
        sa.Column("scheduled_for", MOMENT, comment="When the schedule wanted it; null by hand."),
        sa.Column("is_dry_run", sa.Boolean(), nullable=False, comment="Whether it may not plan."),
        sa.Column("opened_at", MOMENT, nullable=False, comment="When the run was first begun."),
        sa.Column("enqueued_at", MOMENT, comment="When its messages were planned."),
        sa.Column("withheld_reason", sa.Text(), comment="Why it planned none, for a person."),
        sa.CheckConstraint(
            "enqueued_at is null or withheld_reason is null",
            name="a_night_enqueues_or_says_why_not",
        ),
        schema=SCHEMA,
        comment="One row per run of a night.",
    )
    op.create_index("nights_by_date", "nights", ["night"], schema=SCHEMA)
