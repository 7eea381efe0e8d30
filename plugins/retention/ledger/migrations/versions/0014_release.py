"""Remember of each late message when SendGrid releases it: by that it counts for a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

MOMENT = sa.TIMESTAMP(timezone=True)
COMMENT = "When SendGrid releases it, where that is on a later day than send_at; else null."


def upgrade() -> None:
    """Add the moment; of what was sent before, its request's first release is the nearest known."""
    column = sa.Column("release_at", MOMENT, comment=COMMENT)
    op.add_column("messages", column, schema="ledger")
    op.execute(
        "update ledger.messages set release_at = requests.first_release_at from ledger.requests"
        " where messages.request_id = requests.request_id"
        " and messages.submitting_at is not null"
        " and requests.first_release_at > messages.send_at"
    )
