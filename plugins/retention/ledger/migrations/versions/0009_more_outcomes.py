"""Let decisions say that marketing is paused, over the day's budget, or waits for a gift card."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"

RULE = "outcome_is_one_of_the_fixed_set"
OUTCOMES = (
    "gated", "no_address", "erased", "no_consent", "suppressed", "paused", "already_planned",
    "expired", "pool_empty", "holdout", "cooling_down", "capped", "outranked", "over_budget",
    "send",
)  # fmt: skip


def upgrade() -> None:
    """Widen the set of outcomes."""
    allowed = ", ".join(f"'{outcome}'" for outcome in OUTCOMES)
    op.drop_constraint(RULE, "decisions", schema="ledger")
    op.create_check_constraint(RULE, "decisions", f"outcome in ({allowed})", schema="ledger")
