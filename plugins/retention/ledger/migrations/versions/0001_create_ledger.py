"""Create the ledger: decisions, requests, messages and what the engine remembers beside them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

SCHEMA = "ledger"
MOMENT = sa.TIMESTAMP(timezone=True)


def _column(name: str, kind: sa.types.TypeEngine, comment: str, **options: object) -> sa.Column:
    """Return a column; not null unless said otherwise, and never without a meaning."""
    return sa.Column(name, kind, comment=comment, **{"nullable": False, **options})


def _optional(name: str, kind: sa.types.TypeEngine, comment: str) -> sa.Column:
    return _column(name, kind, comment, nullable=True)


def _require(sentence: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=sentence.replace(" ", "_"))


def upgrade() -> None:
    """Create all tables; they hold people's addresses, so nothing is granted to anybody."""
    _create_decisions()
    _create_requests()
    _create_messages()
    _index_messages()
    _create_message_events()
    _create_mart_checks()
    _create_templates()
    _create_unsubscribe_groups()


def _create_decisions() -> None:
    op.create_table(
        "decisions",
        _column("night", sa.Date(), "Local date of the night that decided."),
        _column("campaign", sa.Text(), "Name of the campaign's folder."),
        _column("customer_id", sa.Text(), "The customer the message would go to."),
        _column("occasion", sa.Text(), "What the message is about; never the date of a run."),
        _column("outcome", sa.Text(), "What was decided; `send` is the only one that enqueues."),
        _column("reason", sa.Text(), "One sentence: why the campaign selected the customer."),
        _column("outcome_reason", sa.Text(), "One sentence: why the decision is what it is."),
        _column("kind", sa.Text(), "`marketing` needs consent; `transactional` is never held."),
        _column("purpose", sa.Text(), "The consent purpose, such as `offers`."),
        _column("channel", sa.Text(), "How the message would travel."),
        _optional("locale", sa.Text(), "Language of the message, BCP 47."),
        _optional("email", sa.Text(), "Address at the time of the decision."),
        _optional("first_name", sa.Text(), "Given name for the greeting."),
        _optional("score", sa.Numeric(), "Worth of this message to this customer now."),
        _optional("priority", sa.Integer(), "The campaign's rank; greater goes first."),
        _optional("not_before", MOMENT, "The message must not be sent earlier."),
        _optional("not_after", MOMENT, "The message is worthless from here on."),
        _optional("send_at", MOMENT, "When the message is to reach the customer."),
        _optional("evidence", JSONB(), "The facts behind `reason`."),
        _optional("context", JSONB(), "Data for the template."),
        sa.PrimaryKeyConstraint("night", "campaign", "customer_id", "occasion"),
        _require(
            "outcome is one of the fixed set",
            "outcome in ('send', 'holdout', 'no_consent', 'no_address', 'suppressed',"
            " 'cooling_down', 'capped', 'outranked', 'already_planned', 'gated', 'expired')",
        ),
        _require("kind is marketing or transactional", "kind in ('marketing', 'transactional')"),
        _require(
            "a send decision has an address a locale and a time",
            "outcome <> 'send' or (email is not null and locale is not null"
            " and send_at is not null and not_after is not null)",
        ),
        schema=SCHEMA,
        comment="One row per candidate and night: what was decided, and why.",
    )
    op.create_index("decisions_of_a_customer", "decisions", ["customer_id"], schema=SCHEMA)


def _create_requests() -> None:
    op.create_table(
        "requests",
        _column(
            "request_id",
            sa.Uuid(),
            "Travels in `custom_args` as `paluu_request_id`.",
            primary_key=True,
            server_default=sa.func.gen_random_uuid(),
        ),
        _column("campaign", sa.Text(), "The campaign of all its messages."),
        _column("locale", sa.Text(), "The language of all its messages."),
        _column("kind", sa.Text(), "`marketing` or `transactional`."),
        _column("purpose", sa.Text(), "The consent purpose of all its messages."),
        _column("state", sa.Text(), "What became of it."),
        _optional("batch_id", sa.Text(), "SendGrid's batch, this request's own: its handle."),
        _optional("template_id", sa.Text(), "SendGrid's template."),
        _optional("unsubscribe_group_id", sa.BigInteger(), "SendGrid's group, for marketing."),
        _optional("http_status", sa.SmallInteger(), "Status of the answer, if one came."),
        _optional("sendgrid_message_id", sa.Text(), "`X-Message-Id` of the acceptance."),
        _optional("error", sa.Text(), "What went wrong, without addresses."),
        _column("claimed_at", MOMENT, "When its messages were claimed."),
        _optional("submitting_at", MOMENT, "Committed just before the call."),
        _optional("closed_at", MOMENT, "When its outcome was recorded."),
        sa.UniqueConstraint("batch_id", name="a_batch_belongs_to_one_request"),
        _require(
            "request state is one of the fixed set",
            "state in ('claimed', 'submitting', 'accepted', 'rejected', 'refused',"
            " 'not_sent', 'unknown')",
        ),
        _require(
            "a submitted request has a batch and a template",
            "submitting_at is null or (batch_id is not null and template_id is not null)",
        ),
        _require(
            "a submitted marketing request has an unsubscribe group",
            "kind <> 'marketing' or submitting_at is null or unsubscribe_group_id is not null",
        ),
        _require(
            "an answered request was submitted",
            "state not in ('submitting', 'accepted', 'rejected', 'unknown')"
            " or submitting_at is not null",
        ),
        _require(
            "an accepted request has the id that SendGrid gave it",
            "(state = 'accepted') = (sendgrid_message_id is not null)",
        ),
        _require(
            "a request is closed unless it is under way",
            "(state in ('claimed', 'submitting')) = (closed_at is null)",
        ),
        schema=SCHEMA,
        comment="One row per HTTP request to SendGrid that was begun, whatever became of it.",
    )
    op.create_index(
        "requests_under_way",
        "requests",
        ["claimed_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("state in ('claimed', 'submitting')"),
    )


def _create_messages() -> None:
    op.create_table(
        "messages",
        _column(
            "message_id",
            sa.Uuid(),
            "Travels in `custom_args` as `paluu_message_id`.",
            primary_key=True,
            server_default=sa.func.gen_random_uuid(),
        ),
        _column("campaign", sa.Text(), "Name of the campaign's folder."),
        _column("customer_id", sa.Text(), "The customer it goes to."),
        _column("occasion", sa.Text(), "What it is about; with campaign and customer, its key."),
        _column("night", sa.Date(), "Local date of the night that planned it."),
        _column("kind", sa.Text(), "`marketing` or `transactional`."),
        _column("purpose", sa.Text(), "The consent purpose it relies on."),
        _column("channel", sa.Text(), "How it travels."),
        _column("locale", sa.Text(), "Its language, BCP 47."),
        _column("email", sa.Text(), "Where it goes."),
        _column("context", JSONB(), "Data for the template."),
        _optional("not_before", MOMENT, "It must not be sent earlier."),
        _column("not_after", MOMENT, "From here on it is worthless and expires."),
        _column("send_at", MOMENT, "When it is to reach the customer."),
        _column("state", sa.Text(), "Where it stands."),
        _optional("state_reason", sa.Text(), "Why, in words, where the state needs a reason."),
        _column("planned_at", MOMENT, "When it was enqueued."),
        _optional("claimed_at", MOMENT, "When the worker that has it took it."),
        _optional("submitting_at", MOMENT, "Committed just before the call."),
        _optional("accepted_at", MOMENT, "When SendGrid's acceptance was recorded."),
        _optional("rejected_at", MOMENT, "When SendGrid's rejection was recorded."),
        _optional("unknown_at", MOMENT, "When nobody could tell any more whether it left."),
        _optional("expired_at", MOMENT, "When it was found to be too late."),
        _optional("cancelled_at", MOMENT, "When it was withdrawn."),
        _column("attempts", sa.SmallInteger(), "Times it was submitted.", server_default="0"),
        sa.Column(
            "request_id",
            sa.Uuid(),
            sa.ForeignKey("ledger.requests.request_id"),
            comment="The request that carries it, or last tried to.",
        ),
        sa.UniqueConstraint(
            "campaign", "customer_id", "occasion", name="a_message_is_enqueued_once"
        ),
        *_message_rules(),
        schema=SCHEMA,
        comment="One row per message, for ever: unique per campaign, customer and occasion.",
    )


def _message_rules() -> list[sa.CheckConstraint]:
    """Return what every message promises, first in general, then state by state."""
    return [
        _require("kind is marketing or transactional", "kind in ('marketing', 'transactional')"),
        _require("channel is email", "channel = 'email'"),
        _require(
            "a message is sent between not before and not after",
            "send_at <= not_after and (not_before is null or send_at >= not_before)",
        ),
        _require(
            "message state is one of the fixed set",
            "state in ('planned', 'claimed', 'submitting', 'accepted', 'rejected', 'unknown',"
            " 'expired', 'cancelled')",
        ),
        _require(
            "a planned message is with no worker",
            "state <> 'planned' or (claimed_at is null and submitting_at is null)",
        ),
        _require(
            "a claimed message has a request and has not left",
            "state <> 'claimed' or (claimed_at is not null and request_id is not null"
            " and submitting_at is null)",
        ),
        _require(
            "a message that may have left was submitted by a request",
            "state not in ('submitting', 'accepted', 'rejected', 'unknown')"
            " or (submitting_at is not null and request_id is not null and attempts > 0)",
        ),
        _require(
            "only an accepted message has been accepted",
            "(state = 'accepted') = (accepted_at is not null)",
        ),
        _require(
            "only a rejected message has been rejected",
            "(state = 'rejected') = (rejected_at is not null)",
        ),
        _require(
            "a rejected message has the reason",
            "state <> 'rejected' or state_reason is not null",
        ),
        _require(
            "an unknown message says since when and why",
            "state <> 'unknown' or (unknown_at is not null and state_reason is not null)",
        ),
        _require(
            "an expired message never left",
            "(state = 'expired') = (expired_at is not null)"
            " and (state <> 'expired' or submitting_at is null)",
        ),
        _require(
            "a cancelled message has the reason",
            "(state = 'cancelled') = (cancelled_at is not null)"
            " and (state <> 'cancelled' or state_reason is not null)",
        ),
    ]


def _index_messages() -> None:
    planned = sa.text("state = 'planned'")
    op.create_index(
        "messages_to_claim",
        "messages",
        [sa.text("kind desc"), "send_at", "message_id"],
        schema=SCHEMA,
        postgresql_where=planned,
    )
    op.create_index(
        "messages_to_claim_of_a_group",
        "messages",
        ["campaign", "locale", "kind", "purpose", "send_at", "message_id"],
        schema=SCHEMA,
        postgresql_where=planned,
    )
    op.create_index(
        "messages_to_expire", "messages", ["not_after"], schema=SCHEMA, postgresql_where=planned
    )
    op.create_index(
        "messages_under_way",
        "messages",
        ["request_id"],
        schema=SCHEMA,
        postgresql_where=sa.text("state in ('claimed', 'submitting', 'unknown')"),
    )
    op.create_index("messages_of_a_customer", "messages", ["customer_id"], schema=SCHEMA)


def _create_message_events() -> None:
    op.create_table(
        "message_events",
        _column("sg_event_id", sa.Text(), "SendGrid's id; repeats are dropped.", primary_key=True),
        _column("event", sa.Text(), "SendGrid's name: `processed`, `delivered`, `open`, ..."),
        _optional("message_id", sa.Uuid(), "Our message, from `custom_args`."),
        _optional("request_id", sa.Uuid(), "Our request, from `custom_args`."),
        _optional("attempt_id", sa.Text(), "Our attempt, from `custom_args`."),
        _optional("sg_message_id", sa.Text(), "SendGrid's id of the mail; absent now and then."),
        _column("occurred_at", MOMENT, "When it happened, as SendGrid says."),
        _column("received_at", MOMENT, "When we heard of it."),
        _column("details", JSONB(), "The rest of the event, without the address."),
        schema=SCHEMA,
        comment="One row per event that SendGrid reported; in no promised order.",
    )
    op.create_index("events_of_a_message", "message_events", ["message_id"], schema=SCHEMA)
    op.create_index("events_of_a_request", "message_events", ["request_id"], schema=SCHEMA)


def _create_mart_checks() -> None:
    op.create_table(
        "mart_checks",
        _column("night", sa.Date(), "Local date of the night."),
        _column("mart", sa.Text(), "Name of the dbt model."),
        _column("passed", sa.Boolean(), "Whether the night's mart was plausible."),
        _column("row_count", sa.BigInteger(), "Rows of the mart that night."),
        _column("failures", JSONB(), "What failed, in words; an empty list when nothing did."),
        _column("checked_at", MOMENT, "When it was checked."),
        sa.PrimaryKeyConstraint("night", "mart"),
        _require("a mart has no fewer than zero rows", "row_count >= 0"),
        _require("failures is a list", "jsonb_typeof(failures) = 'array'"),
        _require("a failed check says what failed", "passed or jsonb_array_length(failures) > 0"),
        schema=SCHEMA,
        comment="One row per night and mart: whether its data could be trusted.",
    )


def _create_templates() -> None:
    op.create_table(
        "templates",
        _column("campaign", sa.Text(), "Name of the campaign's folder."),
        _column("locale", sa.Text(), "Language of the mail."),
        _column("template_id", sa.Text(), "SendGrid's dynamic template."),
        _column("version_id", sa.Text(), "Its active version, ours."),
        _column("content_hash", sa.Text(), "SHA-256 of subject, HTML and plain text."),
        _column("pushed_at", MOMENT, "When this content went up."),
        sa.PrimaryKeyConstraint("campaign", "locale"),
        schema=SCHEMA,
        comment="One row per mail that is at SendGrid, and what it holds.",
    )


def _create_unsubscribe_groups() -> None:
    op.create_table(
        "unsubscribe_groups",
        _column("purpose", sa.Text(), "The consent purpose.", primary_key=True),
        _column("group_id", sa.BigInteger(), "SendGrid's unsubscribe group."),
        _column("name", sa.Text(), "What people see when they unsubscribe."),
        _column("ensured_at", MOMENT, "When it was last found or created."),
        schema=SCHEMA,
        comment="One row per consent purpose: the unsubscribe group that stands for it.",
    )
