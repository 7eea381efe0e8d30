"""Manual actions on a gift card: void it, or void and replace it."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from retention.ledger import gift_cards as cards
from retention.ledger.gift_cards import CardState
from retention.rewards import RewardsError

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    import psycopg

    from retention.ledger.gift_cards import GiftCard

log = logging.getLogger(__name__)

ON_ITS_WAY = ("claimed", "submitting")
REISSUE = re.compile(r":reissue-(\d+)$")


class CardNotVoidableError(RewardsError):
    """The card cannot be voided now; the message says why and what to do."""


def void(
    connection: psycopg.Connection, card_id: UUID, *, by: str, reason: str, now: datetime
) -> GiftCard:
    """Void a card and return its previous state; its planned mail is withdrawn.

    Args:
        connection: an open connection.
        card_id: the card.
        by: the person who voids it.
        reason: the reason, in words.
        now: the current time.

    Raises:
        CardNotFoundError: there is no such card.
        CardNotVoidableError: the card is void already, or its mail is being sent right now.
    """
    with connection.transaction():
        card = _hold(connection, card_id)
        cards.cancel_card(connection, card_id, by, reason, now)
    log.info("gift card %s voided by %s: %s", card_id, by, reason)
    return card


def reissue(
    connection: psycopg.Connection, card_id: UUID, *, by: str, reason: str, now: datetime
) -> tuple[GiftCard, UUID]:
    """Void a card and grant a replacement in one transaction; return old card and new id.

    The new card has the same amount and occasion, with a new code and mail.

    Raises:
        CardNotFoundError: there is no such card.
        CardNotVoidableError: the card is void already, has no code yet, was already used, or its
            mail is being sent right now.
    """
    with connection.transaction():
        card = _hold(connection, card_id)
        if card.state == CardState.PLANNED:
            message = f"gift card {card_id} has no code yet: there is nothing to replace"
            raise CardNotVoidableError(message)
        paid = cards.paid_with(connection, card_id)
        if paid:
            message = (
                f"{paid} {card.currency} were paid with gift card {card_id}, so its code arrived:"
                " void it without a replacement, or keep it"
            )
            raise CardNotVoidableError(message)
        cards.cancel_card(connection, card_id, by, reason, now)
        made = cards.replace_card(connection, card_id, _next_occasion(card.occasion), now)
    log.info("gift card %s replaced by %s for %s: %s", card_id, made, by, reason)
    return card, made


def _hold(connection: psycopg.Connection, card_id: UUID) -> GiftCard:
    card = cards.lock_card(connection, card_id)
    if card.state == CardState.CANCELLED:
        message = f"gift card {card_id} is void already"
        raise CardNotVoidableError(message)
    # After the lock: the pre-send check of a mail locks the card too.
    if cards.state_of_mail(connection, card_id) in ON_ITS_WAY:
        message = f"the mail with gift card {card_id} is being sent: try again in ten minutes"
        raise CardNotVoidableError(message)
    return card


def _next_occasion(occasion: str) -> str:
    """Return `2026Q3:reissue-1` for `2026Q3`, and so on."""
    again = REISSUE.search(occasion)
    if again is None:
        return f"{occasion}:reissue-1"
    return f"{occasion[: again.start()]}:reissue-{int(again[1]) + 1}"
