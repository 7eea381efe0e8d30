"""Gift cards: planned, issued with a code, delivered, voided; each step only once.

The ledger has a code in plain text only until SendGrid has accepted the mail with it. After that
its hash identifies it, and people refer to it by its last four characters.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from psycopg.rows import class_row

from retention.database import only_row
from retention.ledger.statements import execute

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime
    from decimal import Decimal
    from uuid import UUID

    import psycopg

CARD_KEY = "gift_card_id"  # the card's key in a message's context
CODE_KEY = "gift_card_code"  # the code's key in the data of a mail
REFERRAL = "referral"  # the source of cards for referrals ...
REFERRAL_CAMPAIGN = "referral_reward"  # ... and the campaign that mails them


class CardState(StrEnum):
    """The state of a card; whether it was spent is known from the shop's payments."""

    PLANNED = "planned"  # granted; it has no code yet, and the shop owes nothing
    ISSUED = "issued"  # it has a code, but SendGrid is not known to have a mail with it
    DELIVERED = "delivered"  # SendGrid has the mail with the code; the plain code is deleted
    CANCELLED = "cancelled"  # voided by a person; final


class CardNotFoundError(LookupError):
    """There is no such gift card."""


@dataclass(frozen=True)
class GiftCard:
    """One gift card; `expires_date` is the last local date on which the shop accepts it."""

    card_id: UUID
    source: str
    customer_id: str
    occasion: str
    run: str | None
    currency: str
    amount: Decimal
    state: str
    is_from_pool: bool
    code_last_four: str | None
    expires_date: date | None


@dataclass(frozen=True)
class Batch:
    """Which planned cards are to get codes, as well as replacements of cards that had a code.

    Attributes:
        source: what the cards were granted for.
        run: the approved run of the cards; None for cards without a run.
    """

    source: str
    run: str | None = None


class Money(NamedTuple):
    """Cards of one amount that wait for a code."""

    currency: str
    amount: Decimal
    card_count: int


class Difference(NamedTuple):
    """A currency in which the cards of a run differ from those that were approved."""

    currency: str
    approved_count: int
    approved_amount: Decimal
    made_count: int
    made_amount: Decimal


def plan_run_cards(
    connection: psycopg.Connection, run: str, source: str, *, is_from_pool: bool, now: datetime
) -> int:
    """Plan a card for each reward of an approved run, in one statement; return how many are new.

    Args:
        connection: an open connection.
        run: the run.
        source: what the cards are granted for.
        is_from_pool: whether they get the merchant's own codes.
        now: the current time.
    """
    planned = execute(
        connection, "plan_reward_cards", run=run, source=source, is_from_pool=is_from_pool, now=now
    )
    return planned.rowcount


def plan_referral_cards(
    connection: psycopg.Connection, night: date, *, is_from_pool: bool, now: datetime
) -> int:
    """Plan a card for each reward of the night's referrals, in one statement; return how many.

    Args:
        connection: an open connection.
        night: the night; if the warehouse has the referrals of another night, none is planned.
        is_from_pool: whether they get the merchant's own codes.
        now: the current time.
    """
    planned = execute(
        connection,
        "plan_referral_cards",
        source=REFERRAL,
        campaign=REFERRAL_CAMPAIGN,
        night=night,
        is_from_pool=is_from_pool,
        now=now,
    )
    return planned.rowcount


def list_cards_to_issue(connection: psycopg.Connection, batch: Batch, most: int) -> list[UUID]:
    """Return the next cards that wait for a generated code."""
    waiting = execute(
        connection, "list_cards_to_issue", source=batch.source, run=batch.run, most=most
    )
    return [row.card_id for row in waiting]


def issue_cards(
    connection: psycopg.Connection,
    codes: dict[UUID, str],
    expires_date: date,
    now: datetime,
) -> int:
    """Give planned cards their codes, in one statement; return how many were still planned."""
    issued = execute(
        connection,
        "issue_cards",
        card_ids=list(codes.keys()),
        codes=list(codes.values()),
        expires_date=expires_date,
        now=now,
    )
    return issued.rowcount


def count_cards_without_code(connection: psycopg.Connection, batch: Batch) -> list[Money]:
    """Return the number of planned cards that wait for a code, by amount."""
    rows = class_row(Money)
    return execute(
        connection, "count_cards_without_code", rows=rows, source=batch.source, run=batch.run
    ).fetchall()


def compare_with_approved(connection: psycopg.Connection, run: str) -> list[Difference]:
    """Return where the run's cards differ from those that were approved; normally nothing."""
    rows = class_row(Difference)
    return execute(connection, "compare_cards_with_totals", rows=rows, run=run).fetchall()


def lock_card(connection: psycopg.Connection, card_id: UUID) -> GiftCard:
    """Return a card, locked until the transaction ends.

    Raises:
        CardNotFoundError: there is no such card.
    """
    rows = class_row(GiftCard)
    card = execute(connection, "lock_gift_card", rows=rows, card_id=card_id).fetchone()
    if card is None:
        message = f"there is no gift card {card_id}"
        raise CardNotFoundError(message)
    return card


def state_of_mail(connection: psycopg.Connection, card_id: UUID) -> str | None:
    """Return the state of the latest message with the card's code; None if there is none."""
    found = execute(connection, "find_card_mail", card_id=card_id).fetchone()
    return cast("str", found.state) if found else None


def paid_with(connection: psycopg.Connection, card_id: UUID) -> Decimal:
    """Return the amount that the shop's orders have paid with the card so far."""
    paid = execute(connection, "sum_card_payments", card_id=card_id)
    return cast("Decimal", only_row(paid).amount)


def cancel_card(
    connection: psycopg.Connection, card_id: UUID, by: str, reason: str, now: datetime
) -> None:
    """Void a card and delete its code; a card that is already void is not changed."""
    execute(
        connection, "cancel_gift_card", card_id=card_id, cancelled_by=by, reason=reason, now=now
    )


def replace_card(
    connection: psycopg.Connection, card_id: UUID, occasion: str, now: datetime
) -> UUID:
    """Plan a card that replaces a void one; return its id.

    Raises:
        LedgerConstraintError: the card was already replaced.
    """
    made = execute(connection, "replace_gift_card", card_id=card_id, occasion=occasion, now=now)
    return cast("UUID", only_row(made).card_id)


def find_codes(connection: psycopg.Connection, card_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the codes of those cards that are in state issued, by card id."""
    rows = execute(connection, "find_card_codes", card_ids=list(card_ids))
    return {row.card_id: row.code_plain for row in rows}


def count_states(connection: psycopg.Connection, run: str) -> Sequence[Any]:
    """Return the count and amount of a run's cards by currency, state and state of the mail.

    The rows have `currency`, `state`, `mail_state`, `card_count`, `amount` and `stranded`, the
    delivered cards whose mails came back, each as `<card_id> of <customer_id>`.
    """
    return execute(connection, "count_card_states", run=run).fetchall()


def list_cards(connection: psycopg.Connection, customer_id: str) -> Sequence[Any]:
    """Return a customer's cards, the latest first, without their codes."""
    return execute(connection, "list_gift_cards", customer_id=customer_id).fetchall()
