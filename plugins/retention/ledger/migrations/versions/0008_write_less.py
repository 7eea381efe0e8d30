"""Write less for each message on its way, and say in a column when a worker fell silent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

SCHEMA = "ledger"
LOST = "the worker fell silent between submitting and recording the answer"


def upgrade() -> None:
    """Let a message change its state in place, and note silence beside the error's words."""
    _index_messages_without_their_state()
    # Room in each page for the row's next version, which then needs no entry in any index.
    op.execute("alter table ledger.messages set (fillfactor = 50)")
    _note_silence()


def _index_messages_without_their_state() -> None:
    """Index no state: PostgreSQL rewrites every index of a row when an indexed column changes.

    No worker has taken what has no `claimed_at`, and unless it expired it is planned.
    """
    waiting = sa.text("claimed_at is null and expired_at is null")
    _replace("messages_to_claim", [sa.text("kind desc"), "send_at", "message_id"], waiting)
    group = ["campaign", "locale", "kind", "purpose", "send_at", "message_id"]
    _replace("messages_to_claim_of_a_group", group, waiting)
    _replace("messages_to_expire", ["not_after"], waiting)
    op.drop_index("messages_under_way", "messages", schema=SCHEMA)
    op.create_index("messages_of_a_request", "messages", ["request_id"], schema=SCHEMA)


def _replace(name: str, columns: list[str | sa.TextClause], where: sa.TextClause) -> None:
    op.drop_index(name, "messages", schema=SCHEMA)
    op.create_index(name, "messages", columns, schema=SCHEMA, postgresql_where=where)


def _note_silence() -> None:
    fell_silent_at = sa.Column(
        "fell_silent_at",
        sa.TIMESTAMP(timezone=True),
        comment="When its worker was found silent; its call may be still to come. Else null.",
    )
    op.add_column("requests", fell_silent_at, schema=SCHEMA)
    silent = sa.text("update ledger.requests set fell_silent_at = closed_at where error = :lost")
    op.execute(silent.bindparams(lost=LOST))
