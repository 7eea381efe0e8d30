"""Hear back: SendGrid's signing keys, what was refused at the door, how far lists were pulled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

SCHEMA = "ledger"
MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    _create_webhook_keys()
    _create_webhook_refusals()
    _create_suppression_pulls()


def _create_webhook_keys() -> None:
    op.create_table(
        "webhook_keys",
        sa.Column("public_key", sa.Text(), primary_key=True, comment="Base64, as SendGrid has it."),
        sa.Column("fetched_at", MOMENT, nullable=False, comment="When SendGrid last named it."),
        sa.Column("replaced_at", MOMENT, comment="When another took its place; null until then."),
        schema=SCHEMA,
        comment="One row per public key that SendGrid signs, or signed, its events with.",
    )


def _create_webhook_refusals() -> None:
    op.create_table(
        "webhook_refusals",
        sa.Column("refused_on", sa.Date(), comment="The day (UTC)."),
        sa.Column("reason", sa.Text(), comment="What was wrong with the posts."),
        sa.Column("refusal_count", sa.Integer(), nullable=False, comment="How many there were."),
        sa.Column("last_refused_at", MOMENT, nullable=False, comment="When the last one came."),
        sa.PrimaryKeyConstraint("refused_on", "reason"),
        schema=SCHEMA,
        comment="One row per day and reason: posts to the event webhook that were turned away.",
    )


def _create_suppression_pulls() -> None:
    op.create_table(
        "suppression_pulls",
        sa.Column("source", sa.Text(), primary_key=True, comment="SendGrid's list."),
        sa.Column("pulled_until", MOMENT, nullable=False, comment="What it held then is known."),
        sa.Column(
            "fully_pulled_at",
            MOMENT,
            nullable=False,
            comment="When it was last read from end to end, which alone shows removals.",
        ),
        schema=SCHEMA,
        comment="One row per suppression list of SendGrid: how far it has been pulled.",
    )
