"""Spam reports hold for all mail: SendGrid drops transactional mail to such addresses too."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Move what was reported before to the scope of all mail."""
    op.execute("update ledger.suppressions set scope = 'address' where source = 'spam_reports'")
