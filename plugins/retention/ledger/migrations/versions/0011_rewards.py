"""Rewards as an accounting run: what was frozen, who decided, and which gift cards came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"

SCHEMA = "ledger"
MOMENT = sa.TIMESTAMP(timezone=True)
MONEY = sa.Numeric(12, 2)
CARD = "ledger.gift_cards.card_id"

# One place says how a code is written and hashed: the engine, staging and the shop's checkout ask
# it. The key is made here, so that hashes of another shop, or a list made in advance, fit none.
KEY = """
    create table ledger.gift_card_key (key bytea not null);
    comment on table ledger.gift_card_key is 'One row: what codes are hashed with; never changed.';
    comment on column ledger.gift_card_key.key is '32 random bytes.';
    insert into ledger.gift_card_key (key)
    select sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
        || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
    create function ledger.hash_gift_card_code(code text) returns bytea
    language sql stable parallel safe
    return sha256(
        (select gift_card_key.key from ledger.gift_card_key)
        || convert_to(upper(translate(code, ' -', '')), 'UTF8')
    );
    comment on function ledger.hash_gift_card_code(text)
        is 'The hash by which a code is known; blanks, hyphens and case do not matter.';
"""
FROZEN_FOR_EVER = """
    create function ledger.refuse_to_change() returns trigger language plpgsql as $$
    begin
        raise exception 'what was frozen in ledger.% is never changed', tg_table_name
            using errcode = 'integrity_constraint_violation', constraint = 'frozen_for_ever',
                schema = tg_table_schema, table = tg_table_name;
    end $$;
    create trigger frozen_for_ever
        before update or delete or truncate on ledger.reward_grades
        for each statement execute function ledger.refuse_to_change();
    create trigger frozen_for_ever
        before update or delete or truncate on ledger.reward_totals
        for each statement execute function ledger.refuse_to_change();
"""


def _column(name: str, kind: sa.types.TypeEngine, comment: str, **options: object) -> sa.Column:
    """Return a column; not null unless said otherwise, and never without a meaning."""
    return sa.Column(name, kind, comment=comment, **{"nullable": False, **options})


def _optional(name: str, kind: sa.types.TypeEngine, comment: str, *keys: object) -> sa.Column:
    return sa.Column(name, kind, *keys, comment=comment, nullable=True)


def _require(sentence: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=sentence.replace(" ", "_"))


def upgrade() -> None:
    """Create the tables of rewards and gift cards."""
    _create_runs()
    _create_grades()
    _create_totals()
    op.execute(FROZEN_FOR_EVER)
    op.execute(KEY)
    _create_cards()
    _create_pool()


def _create_runs() -> None:
    op.create_table(
        "reward_runs",
        _column("run", sa.Text(), "The quarter and the attempt, `2026Q3-1`.", primary_key=True),
        _column("quarter", sa.Text(), "The quarter that is rewarded, `2026Q3`."),
        _column("attempt", sa.SmallInteger(), "1, or one more than the run that was turned down."),
        _column("as_of", sa.Date(), "Spend counts as known at 00:00 of it: the day after the end."),
        _column("state", sa.Text(), "Where it stands."),
        _column("frozen_at", MOMENT, "When the grades were frozen."),
        _column("customer_count", sa.Integer(), "How many grades were frozen."),
        _column("checksum", sa.Text(), "SHA-256 of the frozen grades as sorted lines of text."),
        _column("earlier", JSONB(), "The four quarters before, as the same data tell them."),
        _optional("graded_at", MOMENT, "When its totals were made."),
        _optional("unusual", JSONB(), "What the checks found odd, in words; null before them."),
        _optional("decided_at", MOMENT, "When it was approved or turned down."),
        _optional("decided_by", sa.Text(), "Who did: a person's name, or the rule that did."),
        _optional("decision_reason", sa.Text(), "Why, in words."),
        _optional("issued_at", MOMENT, "When the last of its cards had its code."),
        sa.UniqueConstraint("quarter", "attempt", name="an_attempt_is_made_once"),
        _require("a quarter is written as 2026Q3", "quarter ~ '^[0-9]{4}Q[1-4]$'"),
        _require("a run is named after its quarter", "run = quarter || '-' || attempt"),
        _require("a checksum is a sha 256", "checksum ~ '^[0-9a-f]{64}$'"),
        _require(
            "run state is one of the fixed set",
            "state in ('frozen', 'graded', 'approved', 'rejected', 'expired', 'issued')",
        ),
        _require(
            "only a graded run is decided",
            "(state = 'frozen') = (graded_at is null)"
            " and (decided_at is null or graded_at is not null)",
        ),
        _require(
            "a decision says when and by whom",
            "(state in ('frozen', 'graded')) = (decided_at is null)"
            " and (decided_at is null) = (decided_by is null)",
        ),
        _require(
            "a run that was turned down has the reason",
            "state not in ('rejected', 'expired') or decision_reason is not null",
        ),
        _require(
            "an approved run was checked",
            "state not in ('approved', 'issued')"
            " or (unusual is not null and jsonb_typeof(unusual) = 'array')",
        ),
        _require("only an issued run was issued", "(state = 'issued') = (issued_at is not null)"),
        schema=SCHEMA,
        comment="One row per attempt to reward a quarter: what it rests on, and who decided.",
    )
    op.create_index(
        "a_quarter_has_one_run_that_stands",
        "reward_runs",
        ["quarter"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("state not in ('rejected', 'expired')"),
    )


def _create_grades() -> None:
    op.create_table(
        "reward_grades",
        _column("run", sa.Text(), "The run that froze it."),
        _column("quarter", sa.Text(), "The quarter."),
        _column("customer_id", sa.Text(), "The customer."),
        _column("currency", sa.Text(), "ISO 4217 code of the amounts."),
        _column("spend", sa.Numeric(14, 2), "What counted of the quarter's purchases."),
        _optional("tier_threshold", sa.Numeric(14, 2), "The threshold that it is over."),
        _optional("amount", MONEY, "What that tier is worth."),
        _optional("left_out_reason", sa.Text(), "Why there is no reward in spite of a tier."),
        sa.PrimaryKeyConstraint("run", "customer_id", "currency"),
        sa.ForeignKeyConstraint(["run"], ["ledger.reward_runs.run"]),
        _require(
            "spend is over the threshold of its tier",
            "(amount is null) = (tier_threshold is null)"
            " and (tier_threshold is null or spend > tier_threshold)",
        ),
        _require("a tier is worth something", "amount > 0"),
        _require(
            "only who is over a threshold is left out",
            "left_out_reason is null or amount is not null",
        ),
        schema=SCHEMA,
        comment="One row per run, customer and currency: the grade as it was frozen, for ever.",
    )
    op.create_index(
        "nobody_is_rewarded_twice",
        "reward_grades",
        ["run", "customer_id"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("amount is not null and left_out_reason is null"),
    )


def _create_totals() -> None:
    op.create_table(
        "reward_totals",
        _column("run", sa.Text(), "The run."),
        _column("currency", sa.Text(), "ISO 4217 code of the amounts."),
        _column("tier_threshold", sa.Numeric(14, 2), "The tier."),
        _column("amount", MONEY, "What one card is worth."),
        _column("card_count", sa.Integer(), "How many customers are to get one."),
        sa.PrimaryKeyConstraint("run", "currency", "tier_threshold"),
        sa.ForeignKeyConstraint(["run"], ["ledger.reward_runs.run"]),
        _require("a total is of cards", "card_count > 0 and amount > 0"),
        schema=SCHEMA,
        comment="One row per run and tier: what is decided on. A run without rows rewards nobody.",
    )


def _create_cards() -> None:
    op.create_table(
        "gift_cards",
        _column(
            "card_id",
            sa.Uuid(),
            "Stands for the card wherever its code must not be.",
            primary_key=True,
            server_default=sa.func.gen_random_uuid(),
        ),
        _column("source", sa.Text(), "What it is given for: `quarterly`, `referral`."),
        _column("customer_id", sa.Text(), "Whose it is."),
        _column(
            "occasion", sa.Text(), "What exactly: `2026Q3`, or `2026Q3:reissue-1` after a loss."
        ),
        _optional(
            "run", sa.Text(), "The run that granted it.", sa.ForeignKey("ledger.reward_runs.run")
        ),
        _optional("replaces", sa.Uuid(), "The cancelled card in whose place.", sa.ForeignKey(CARD)),
        _column("currency", sa.Text(), "ISO 4217 code of the amount."),
        _column("amount", MONEY, "What it is worth when new."),
        _column("is_from_pool", sa.Boolean(), "Whether its code is one of the merchant's own."),
        _column("state", sa.Text(), "Where it stands."),
        _optional("code_plain", sa.Text(), "The code, until the mail with it is at SendGrid."),
        _optional("code_hash", sa.LargeBinary(), "ledger.hash_gift_card_code of the code."),
        _optional("code_last_four", sa.Text(), "What people may say of it."),
        _optional("expires_date", sa.Date(), "The last local date on which the shop takes it."),
        _column("planned_at", MOMENT, "When it was granted."),
        _optional("issued_at", MOMENT, "When it got its code; from here on the shop owes it."),
        _optional("delivered_at", MOMENT, "When SendGrid had the mail; the code went then."),
        _optional("cancelled_at", MOMENT, "When it was made void."),
        _optional("cancelled_by", sa.Text(), "Who did that."),
        _optional("cancel_reason", sa.Text(), "Why, in words."),
        sa.UniqueConstraint(
            "source", "customer_id", "occasion", name="one_card_per_customer_and_occasion"
        ),
        sa.UniqueConstraint("replaces", name="a_card_is_replaced_once"),
        sa.UniqueConstraint("code_hash", name="a_code_is_issued_once"),
        *_card_rules(),
        schema=SCHEMA,
        comment="One row per gift card, for ever.",
    )
    op.create_index("gift_cards_of_a_customer", "gift_cards", ["customer_id"], schema=SCHEMA)
    op.create_index(
        "gift_cards_that_wait_for_a_code",
        "gift_cards",
        ["source", "customer_id", "occasion"],
        schema=SCHEMA,
        postgresql_where=sa.text("state = 'planned'"),
    )


def _card_rules() -> list[sa.CheckConstraint]:
    coded = "code_hash is not null and code_last_four is not null and expires_date is not null"
    return [
        _require("a card is worth something", "amount > 0"),
        _require("a source is a word", "source ~ '^[a-z_]+$'"),
        _require(
            "card state is one of the fixed set",
            "state in ('planned', 'issued', 'delivered', 'cancelled')",
        ),
        _require(
            "a planned card has no code",
            "state <> 'planned' or (issued_at is null and code_plain is null"
            " and num_nonnulls(code_hash, code_last_four, expires_date) = 0)",
        ),
        _require(
            "an issued card has its code",
            f"state <> 'issued' or (issued_at is not null and code_plain is not null and {coded})",
        ),
        _require(
            "a delivered card has forgotten its code",
            "state <> 'delivered' or (issued_at is not null and delivered_at is not null"
            f" and code_plain is null and {coded})",
        ),
        _require(
            "a cancelled card has no code and says who and why",
            "(state = 'cancelled') = (cancelled_at is not null)"
            " and num_nonnulls(cancelled_at, cancelled_by, cancel_reason) in (0, 3)"
            " and (state <> 'cancelled' or code_plain is null)",
        ),
    ]


def _create_pool() -> None:
    op.create_table(
        "gift_card_pool",
        _column("code_hash", sa.LargeBinary(), "The code's hash.", primary_key=True),
        _optional("code_plain", sa.Text(), "The code, until a card takes it."),
        _column("currency", sa.Text(), "ISO 4217 code of the amount."),
        _column("amount", MONEY, "What the merchant's own system has it worth."),
        _optional("expires_date", sa.Date(), "The last date on which the merchant takes it."),
        _column("imported_at", MOMENT, "When it was imported."),
        _optional("card_id", sa.Uuid(), "The card that took it.", sa.ForeignKey(CARD)),
        _optional("claimed_at", MOMENT, "When it did."),
        sa.UniqueConstraint("card_id", name="a_card_takes_one_code"),
        _require("a pool code is worth something", "amount > 0"),
        _require(
            "a taken code is with its card alone",
            "(card_id is null) = (code_plain is not null)"
            " and (card_id is null) = (claimed_at is null)",
        ),
        schema=SCHEMA,
        comment="One row per code of the merchant's own; each is taken by one card at most.",
    )
    op.create_index(
        "pool_codes_to_take",
        "gift_card_pool",
        ["currency", "amount", "expires_date", "code_hash"],
        schema=SCHEMA,
        postgresql_where=sa.text("card_id is null"),
    )
