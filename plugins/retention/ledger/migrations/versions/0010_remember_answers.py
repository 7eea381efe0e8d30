"""Remember what people answer to the questions of mails."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

SCHEMA = "ledger"


def upgrade() -> None:
    """Create the table of answers; what a message says is repeated in it, for those who read it."""
    op.create_table(
        "answers",
        sa.Column(
            "answer_id",
            sa.Uuid(),
            primary_key=True,
            server_default=sa.func.gen_random_uuid(),
            comment="Id of the answer.",
        ),
        sa.Column(
            "message_id",
            sa.Uuid(),
            sa.ForeignKey("ledger.messages.message_id"),
            nullable=False,
            comment="The message that asked.",
        ),
        _text("campaign", "The message's campaign."),
        _text("customer_id", "The message's customer, who answered."),
        _text("occasion", "What the message was about."),
        _text("question", "Name of the question, as in the campaign's .yml."),
        _text("answer", "Name of the answer; the latest to a message's question counts."),
        sa.Column(
            "answered_at",
            sa.TIMESTAMP(timezone=True),
            nullable=False,
            comment="When it was given; always later than the answer that it replaces.",
        ),
        sa.UniqueConstraint(
            "message_id", "question", "answered_at", name="one_answer_at_a_time_to_a_question"
        ),
        sa.CheckConstraint(
            "question ~ '^[a-z0-9_]{1,40}$' and answer ~ '^[a-z0-9_]{1,40}$'",
            name="questions_and_answers_are_names",
        ),
        schema=SCHEMA,
        comment="One row per answer, for ever; who changes their mind adds another.",
    )
    op.create_index("answers_of_a_customer", "answers", ["customer_id"], schema=SCHEMA)
    op.create_index("answers_to_a_question", "answers", ["campaign", "question"], schema=SCHEMA)


def _text(name: str, comment: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False, comment=comment)
