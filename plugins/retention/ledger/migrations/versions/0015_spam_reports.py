"""Spam reports hold for all mail: SendGrid drops transactional mail to such addresses too."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Move what was reported before to the scope of all mail, unless it was reported again."""
    op.execute(
        "delete from ledger.suppressions as held where source = 'spam_reports' and scope = 'all'"
        " and exists (select from ledger.suppressions as twin where twin.address = held.address"
        " and twin.source = held.source and twin.scope = 'address')"
    )
    op.execute("update ledger.suppressions set scope = 'address' where source = 'spam_reports'")
