"""What the models that are fitted in Python have found, and how each night's fit went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"

SCHEMA = "ledger"
MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Create the tables of fits, of fitted affinities and of fitted values."""
    op.create_table(
        "fits",
        sa.Column("signal", sa.Text(), comment="Name of the model, as in the var fitted_models."),
        sa.Column("night", sa.Date(), comment="Local date whose 00:00 bounds the data."),
        sa.Column(
            "is_kept",
            sa.Boolean(),
            nullable=False,
            comment="Whether its numbers are used; when not, those of an earlier night stay.",
        ),
        sa.Column("parameters", JSONB(), comment="What was fitted, and the constants it rests on."),
        sa.Column("figures", JSONB(), comment="How the fit went: sizes, iterations, checks."),
        sa.Column("message", sa.Text(), comment="Why it was not kept, for a person."),
        sa.Column("fitted_at", MOMENT, nullable=False, comment="When it was fitted."),
        sa.PrimaryKeyConstraint("signal", "night"),
        sa.CheckConstraint(
            "case when is_kept then parameters is not null and figures is not null"
            " and message is null else message is not null end",
            name="a_fit_has_parameters_or_says_why_not",
        ),
        schema=SCHEMA,
        comment="One row per fitted model and night.",
    )
    op.create_table(
        "ease_affinities",
        sa.Column("product_type", sa.Text(), comment="What lies in the basket."),
        sa.Column("other_type", sa.Text(), comment="What goes with it."),
        sa.Column("score", sa.Double(), nullable=False, comment="The weight EASE gives the pair."),
        sa.Column("night", sa.Date(), nullable=False, comment="The night it was fitted for."),
        sa.PrimaryKeyConstraint("product_type", "other_type"),
        sa.CheckConstraint("product_type <> other_type", name="a_type_is_no_affinity_of_itself"),
        schema=SCHEMA,
        comment="One row per pair of product types that the last kept fit of EASE lists.",
    )
    op.create_table(
        "bgnbd_values",
        sa.Column("customer_id", sa.Text(), primary_key=True, comment="Who may order again."),
        sa.Column(
            "expected_orders",
            sa.Double(),
            nullable=False,
            comment="Days with an order that BG/NBD expects within 365 days.",
        ),
        sa.Column(
            "expected_order_amount",
            sa.Double(),
            nullable=False,
            comment="What Gamma-Gamma expects such a day to bring, in the shop's currency.",
        ),
        sa.Column("night", sa.Date(), nullable=False, comment="The night it was fitted for."),
        schema=SCHEMA,
        comment="One row per customer that the last kept fit of BG/NBD and Gamma-Gamma values.",
    )
