"""Issuing: every reward of an approved run becomes one card with one code.

Each step is one committed statement that does nothing the second time, so a run that was killed
anywhere goes on where it stopped: cards are granted, codes are given a batch at a time, and the run
is closed when the ledger's cards are those that were approved, by number and by sum.
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

QUARTERLY = "quarterly"  # the source of these cards; others have others
AT_ONCE = 500
LEAST_VALIDITY = timedelta(days=30)  # a pool code that ends sooner is no present


class PoolEmptyError(RewardsError):
    """The merchant's pool has no codes left for cards that were granted; says how many lack."""


class CardsDifferError(RewardsError):
    """The cards of a run are not those that were approved; nothing more is done with it."""


class NotApprovedError(RewardsError):
    """Codes are asked for a run that nobody approved."""


def issue_run(connection: psycopg.Connection, run: RewardRun, shop: Shop, now: datetime) -> int:
    """Grant and issue the cards of an approved run; of an issued one nothing changes.

    Args:
        connection: commits each statement by itself.
        run: as it stands in the ledger now.
        shop: tells where codes come from, and how long they are valid.
        now: the present moment, aware.

    Returns:
        How many cards got their code now.

    Raises:
        NotApprovedError: nobody approved the run.
        PoolEmptyError: codes of the merchant's are lacking; the cards that have one are issued.
        CardsDifferError: the cards are not those that were approved.
    """
    if run.state == RunState.ISSUED:
        log.info("%s was issued on %s; nothing is left to do", run.run, run.issued_at)
        return 0
    if run.state != RunState.APPROVED:
        message = f"{run.run} is {run.state}: only an approved run is issued"
        raise NotApprovedError(message)
    from_pool = shop.gift_card_codes == "pool"
    cards.plan_run_cards(connection, run.run, QUARTERLY, is_from_pool=from_pool, now=now)
    _require_as_approved(connection, run)
    count = issue_planned(connection, Batch(QUARTERLY, run.run), shop, now)
    runs.finish_run(connection, run.run, now)
    log.info("%s: %d cards issued", run.run, count)
    return count


def issue_planned(connection: psycopg.Connection, batch: Batch, shop: Shop, now: datetime) -> int:
    """Give every planned card of a batch its code; return how many got one.

    Args:
        connection: commits each statement by itself.
        batch: which cards; those of a run that was stopped are nobody else's to issue.
        shop: tells how long a code is valid.
        now: the present moment, aware.

    Raises:
        PoolEmptyError: codes of the merchant's are lacking; all that could be issued is.
    """
    today = shop.local_date(now)
    expires_date = today + timedelta(days=shop.gift_card_valid_days)
    count = 0
    while waiting := cards.list_cards_to_issue(connection, batch, AT_ONCE):
        codes = {card_id: make_code() for card_id in waiting}
        count += cards.issue_cards(connection, codes, expires_date, now)
    count += _take_from_pool(connection, batch, shop, now)
    if lacking := cards.count_cards_without_code(connection, batch):
        raise PoolEmptyError(_lack(lacking))
    return count


def _take_from_pool(connection: psycopg.Connection, batch: Batch, shop: Shop, now: datetime) -> int:
    today = shop.local_date(now)
    with connection.transaction():
        # Two that take at once would pair the same codes; the second would get none.
        runs.lock(connection)
        return issue_cards_from_pool(
            connection,
            batch,
            expires_date=today + timedelta(days=shop.gift_card_valid_days),
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


def _lack(lacking: list[Money]) -> str:
    wanted = ", ".join(f"{each.card_count} of {each.amount} {each.currency}" for each in lacking)
    return (
        f"the pool of gift card codes lacks {wanted}: import more with `retention gift-cards"
        " import`, then clear this run; nobody is written to without a code"
    )
