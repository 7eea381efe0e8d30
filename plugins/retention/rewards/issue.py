"""Issues an approved run: every reward becomes one card with one code.

Each step is one committed, idempotent statement, so a killed run continues where it stopped: cards
are granted, codes are assigned in batches, and the run is closed when the cards in the ledger match
the approved ones in number and sum.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from retention.ledger import gift_cards as cards
from retention.ledger import reward_runs as runs
from retention.ledger.gift_card_pool import issue_cards_from_pool
from retention.ledger.gift_cards import Batch
from retention.ledger.reward_runs import RunState
from retention.rewards import RewardsError
from retention.rewards.codes import make_code

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

    from retention.ledger.gift_cards import Difference, Money
    from retention.ledger.reward_runs import RewardRun
    from retention.project.shop import Shop

log = logging.getLogger(__name__)

QUARTERLY = "quarterly"  # the source of these cards
CARDS_PER_BATCH = 500
LEAST_VALIDITY = timedelta(days=30)  # a pool code that expires sooner makes a poor gift


class PoolEmptyError(RewardsError):
    """The merchant's pool lacks codes for granted cards; the message says how many."""


class CardsDifferError(RewardsError):
    """The cards of a run differ from the approved ones; the run is not continued."""


class NotApprovedError(RewardsError):
    """The run to issue is not approved."""


def issue_run(connection: psycopg.Connection, run: RewardRun, shop: Shop, now: datetime) -> int:
    """Grant and issue the cards of an approved run; an issued run is not changed.

    `run` is its current state in the ledger. `shop` configures the source and validity of codes.

    Returns:
        The number of cards that got their code in this call.

    Raises:
        NotApprovedError: the run is not approved.
        PoolEmptyError: the merchant's pool lacks codes; cards that got one are issued.
        CardsDifferError: the cards differ from the approved ones.
    """
    if run.state == RunState.ISSUED:
        log.info("%s was issued on %s; nothing is left to do", run.run, run.issued_at)
        return 0
    if run.state != RunState.APPROVED:
        message = f"{run.run} is {run.state}: only approved runs are issued"
        raise NotApprovedError(message)
    from_pool = shop.rewards.gift_card_codes == "pool"
    cards.plan_run_cards(connection, run.run, QUARTERLY, is_from_pool=from_pool, now=now)
    _require_as_approved(connection, run)
    count = issue_planned(connection, Batch(QUARTERLY, run.run), shop, now)
    runs.finish_run(connection, run.run, now)
    log.info("%s: %d cards issued", run.run, count)
    return count


def issue_planned(connection: psycopg.Connection, batch: Batch, shop: Shop, now: datetime) -> int:
    """Assign a code to every planned card of a batch; return the number of cards that got one.

    Cards of a stopped run belong to its own batch, and no other batch issues them. `shop`
    configures the validity of codes.

    Raises:
        PoolEmptyError: the merchant's pool lacks codes; cards that got one are issued.
    """
    today = shop.local_date(now)
    expires_date = today + timedelta(days=shop.rewards.gift_card_valid_days)
    count = 0
    while waiting := cards.list_cards_to_issue(connection, batch, CARDS_PER_BATCH):
        codes = {card_id: make_code() for card_id in waiting}
        count += cards.issue_cards(connection, codes, expires_date, now)
    count += _take_from_pool(connection, batch, shop, now)
    if lacking := cards.count_cards_without_code(connection, batch):
        raise PoolEmptyError(_pool_lacks(lacking))
    return count


def _take_from_pool(connection: psycopg.Connection, batch: Batch, shop: Shop, now: datetime) -> int:
    today = shop.local_date(now)
    with connection.transaction():
        # Two parallel calls would choose the same codes, and the second would get none.
        runs.lock(connection)
        return issue_cards_from_pool(
            connection,
            batch,
            expires_date=today + timedelta(days=shop.rewards.gift_card_valid_days),
            least_expires_date=today + LEAST_VALIDITY,
            now=now,
        )


def _require_as_approved(connection: psycopg.Connection, run: RewardRun) -> None:
    if differences := cards.compare_with_approved(connection, run.run):
        message = f"{run.run}: {'; '.join(map(_difference, differences))}"
        raise CardsDifferError(message)


def _difference(each: Difference) -> str:
    return (
        f"{each.approved_count} cards worth {each.approved_amount} {each.currency} were approved,"
        f" but {each.made_count} worth {each.made_amount} are in the ledger"
    )


def _pool_lacks(lacking: list[Money]) -> str:
    wanted = ", ".join(f"{each.card_count} of {each.amount} {each.currency}" for each in lacking)
    return (
        f"the pool of gift card codes lacks {wanted}: import more with `retention gift-cards"
        " import`, then clear this run; no mail is sent without a code"
    )
