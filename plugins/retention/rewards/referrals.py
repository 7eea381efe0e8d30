"""Referrals: one card for the referring customer and one for the friend, each only once."""

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
    """Grant and issue the missing cards of `signals.referrals_rewarded`.

    Each step is one committed, idempotent statement. Nothing is granted on a night whose marts
    gate the mails.

    Args:
        connection: commits each statement by itself.
        night: local date of the night in the warehouse.
        shop: configures the source and validity of codes.
        now: the current time.

    Returns:
        The number of cards that got their code in this call.

    Raises:
        PoolEmptyError: the merchant's pool lacks codes; cards that got one are issued.
    """
    from_pool = shop.rewards.gift_card_codes == "pool"
    granted = cards.plan_referral_cards(connection, night, is_from_pool=from_pool, now=now)
    issued = issue_planned(connection, Batch(cards.REFERRAL), shop, now)
    log.info("referrals: %d cards granted, %d issued", granted, issued)
    return issued
