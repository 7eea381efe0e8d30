"""Referrals: a card for the customer whose code it was, and one for the friend, each once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from retention.ledger import gift_cards as cards
from retention.ledger.gift_cards import Batch
from retention.rewards.issue import issue_planned

if TYPE_CHECKING:
    from datetime import date, datetime

    import psycopg

    from retention.project.shop import Shop

log = logging.getLogger(__name__)


def reward_referrals(connection: psycopg.Connection, night: date, shop: Shop, now: datetime) -> int:
    """Grant and issue the cards of `signals.referrals_rewarded` that are not there yet.

    Each step is one committed statement that does nothing the second time. A night whose marts
    hold back the mails grants nothing.

    Args:
        connection: commits each statement by itself.
        night: local date of the night that the warehouse holds.
        shop: tells where codes come from, and how long they are valid.
        now: the present moment, aware.

    Returns:
        How many cards got their code now.

    Raises:
        PoolEmptyError: codes of the merchant's are lacking; the cards that have one are issued.
    """
    from_pool = shop.gift_card_codes == "pool"
    granted = cards.plan_referral_cards(connection, night, is_from_pool=from_pool, now=now)
    issued = issue_planned(connection, Batch(cards.REFERRAL), shop, now)
    log.info("referrals: %d cards granted, %d issued", granted, issued)
    return issued
