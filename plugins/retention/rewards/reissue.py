"""What only a person may do with a card: make it void, or grant another in its place besides."""

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
    """The card cannot be made void now; says why, and what to do."""


def void(
    connection: psycopg.Connection, card_id: UUID, *, by: str, reason: str, now: datetime
) -> GiftCard:
    """Make a card void, and return it as it was; a mail of it that waits is withdrawn.

    Args:
        connection: an open connection.
        card_id: the card.
        by: who does it.
        reason: why, in words.
        now: the present moment, aware.

    Raises:
        CardNotFoundError: there is no such card.
        CardNotVoidableError: it is void already, or its mail is leaving this very moment.
    """
    with connection.transaction():
        card = _hold(connection, card_id)
        cards.cancel_card(connection, card_id, by, reason, now)
    log.info("gift card %s made void by %s: %s", card_id, by, reason)
    return card


def reissue(
    connection: psycopg.Connection, card_id: UUID, *, by: str, reason: str, now: datetime
) -> tuple[GiftCard, UUID]:
    """Make a card void and grant another in its place; return the old one, and the new one's id.

    Both in one transaction. The new card is the same money for the same occasion, with a code and a
    mail of its own.

    Raises:
        CardNotFoundError: there is no such card.
        CardNotVoidableError: it is void already, has no code that could be lost, was spent from, or
            its mail is leaving this very moment.
    """
    with connection.transaction():
        card = _hold(connection, card_id)
        if card.state == CardState.PLANNED:
            message = f"gift card {card_id} has no code yet: there is nothing to replace"
            raise CardNotVoidableError(message)
        paid = cards.paid_with(connection, card_id)
        if paid:
            message = (
                f"{paid} {card.currency} were paid with gift card {card_id}: its code did arrive;"
                " void it alone, or leave it"
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
    # After the lock: the pre-send check of a mail holds the card too.
    if cards.state_of_mail(connection, card_id) in ON_ITS_WAY:
        message = f"the mail with gift card {card_id} is leaving just now: ask again in ten minutes"
        raise CardNotVoidableError(message)
    return card


def _next_occasion(occasion: str) -> str:
    """Return `2026Q3:reissue-1` for `2026Q3`, and so on."""
    again = REISSUE.search(occasion)
    if again is None:
        return f"{occasion}:reissue-1"
    return f"{occasion[: again.start()]}:reissue-{int(again[1]) + 1}"
