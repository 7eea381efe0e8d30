"""Remember by whose clock a customer lives, so that late marketing leaves their nights alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

COMMENT = "IANA time zone by whose clock the customer lives; null: the shop's."


def upgrade() -> None:
    """Add the time zone to decisions and messages."""
    for table in ("decisions", "messages"):
        op.add_column(table, sa.Column("time_zone", sa.Text(), comment=COMMENT), schema="ledger")
