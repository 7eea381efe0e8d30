"""Fences for unknown requests, an end for what nobody can confirm, and who must not be written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SCHEMA = "ledger"
MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Extend requests and messages, and create the tables of suppressed and erased addresses."""
    _extend_requests()
    _extend_messages()
    _vacuum_sooner()
    _create_suppressions()
    _create_erased()


def _extend_requests() -> None:
    for column in (
        sa.Column(
            "message_count",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="How many messages it was begun with.",
        ),
        sa.Column("sender", sa.Text(), comment="The shop's address that its mails come from."),
        sa.Column(
            "first_release_at",
            MOMENT,
            comment="When SendGrid releases the first of its mails; null when one leaves at once.",
        ),
        sa.Column("last_release_at", MOMENT, comment="When SendGrid releases the last of them."),
        sa.Column(
            "cancelling_at", MOMENT, comment="Committed before SendGrid was asked to cancel."
        ),
        sa.Column("cancelled_at", MOMENT, comment="When SendGrid confirmed the cancel, in time."),
        sa.Column(
            "cancel_slot_freed_at",
            MOMENT,
            comment="When its place among SendGrid's cancels was freed.",
        ),
    ):
        op.add_column("requests", column, schema=SCHEMA)
    op.execute(
        "update ledger.requests as reqs set message_count = (select count(*) from ledger.messages"
        " as mess where mess.request_id = reqs.request_id)"
    )
    _replace(
        "requests",
        "request state is one of the fixed set",
        "state in ('claimed', 'submitting', 'accepted', 'rejected', 'refused',"
        " 'not_sent', 'unknown', 'cancelled', 'unconfirmed')",
    )
    _replace(
        "requests",
        "an answered request was submitted",
        "state not in ('submitting', 'accepted', 'rejected', 'unknown', 'cancelled', 'unconfirmed')"
        " or submitting_at is not null",
    )
    # Without the id it was an event or a log entry that proved the acceptance.
    _drop("requests", "an accepted request has the id that SendGrid gave it")
    _require(
        "requests",
        "only an accepted request has an id of SendGrid",
        "state = 'accepted' or sendgrid_message_id is null",
    )
    _require(
        "requests",
        "only a scheduled request can be fenced",
        "cancelling_at is null or first_release_at is not null",
    )
    _require(
        "requests",
        "a fenced request has its cancel confirmed",
        "(state = 'cancelled') = (cancelled_at is not null)"
        " and (cancelled_at is null or cancelling_at is not null)",
    )
    _require(
        "requests",
        "a slot is freed only after it was taken",
        "cancel_slot_freed_at is null or cancelling_at is not null",
    )
    op.create_index("requests_by_claim", "requests", ["claimed_at"], schema=SCHEMA)
    op.create_index(
        "requests_to_reconcile",
        "requests",
        ["first_release_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("state = 'unknown'"),
    )
    op.create_index(
        "requests_that_hold_a_slot",
        "requests",
        ["last_release_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("cancelling_at is not null and cancel_slot_freed_at is null"),
    )


def _extend_messages() -> None:
    op.add_column(
        "messages",
        sa.Column("unconfirmed_at", MOMENT, comment="When the search for its fate was given up."),
        schema=SCHEMA,
    )
    _replace(
        "messages",
        "message state is one of the fixed set",
        "state in ('planned', 'claimed', 'submitting', 'accepted', 'rejected', 'unknown',"
        " 'unconfirmed', 'expired', 'cancelled')",
    )
    _replace(
        "messages",
        "a message that may have left was submitted by a request",
        "state not in ('submitting', 'accepted', 'rejected', 'unknown', 'unconfirmed')"
        " or (submitting_at is not null and request_id is not null and attempts > 0)",
    )
    _require(
        "messages",
        "an unconfirmed message was unknown and has the reason",
        "(state = 'unconfirmed') = (unconfirmed_at is not null)"
        " and (state <> 'unconfirmed' or (unknown_at is not null and state_reason is not null))",
    )


def _vacuum_sooner() -> None:
    """Every claim steps over what earlier claims of a large run have left behind."""
    op.execute("alter table ledger.messages set (autovacuum_vacuum_scale_factor = 0.02)")


def _create_suppressions() -> None:
    op.create_table(
        "suppressions",
        sa.Column("address", sa.Text(), nullable=False, comment="The address, in lower case."),
        sa.Column(
            "scope",
            sa.Text(),
            nullable=False,
            comment="`address`: no mail at all; `all`: no marketing; else the consent purpose.",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="Where we know it from."),
        sa.Column("suppressed_at", MOMENT, nullable=False, comment="Since when it holds."),
        sa.Column("removed_at", MOMENT, comment="When it ceased to hold; null while it does."),
        sa.PrimaryKeyConstraint("address", "scope", "source"),
        sa.CheckConstraint("address = lower(address)", name="an_address_is_in_lower_case"),
        schema=SCHEMA,
        comment="One row per address, scope and source: who must not be written, and since when.",
    )


def _create_erased() -> None:
    op.create_table(
        "erased",
        sa.Column(
            "address_hash",
            sa.Text(),
            primary_key=True,
            comment="Keyed hash of the address in lower case; nothing else of the person is left.",
        ),
        sa.Column("erased_at", MOMENT, nullable=False, comment="When the person was forgotten."),
        schema=SCHEMA,
        comment="One row per address that was forgotten and is never written again.",
    )


def _name(sentence: str) -> str:
    return sentence.replace(" ", "_")


def _drop(table: str, sentence: str) -> None:
    op.drop_constraint(_name(sentence), table, schema=SCHEMA)


def _require(table: str, sentence: str, condition: str) -> None:
    op.create_check_constraint(_name(sentence), table, condition, schema=SCHEMA)


def _replace(table: str, sentence: str, condition: str) -> None:
    _drop(table, sentence)
    _require(table, sentence, condition)
