"""Remember when an unsubscribe was said again: what was said before then cannot be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

COMMENT = "When it was last said again on our page while it held; null when it was not."


def upgrade() -> None:
    """Add the moment."""
    column = sa.Column("said_again_at", sa.TIMESTAMP(timezone=True), comment=COMMENT)
    op.add_column("suppressions", column, schema="ledger")
