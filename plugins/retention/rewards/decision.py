"""Decisions on a graded run: by a person, by the shop's rule, or by timeout."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from retention.ledger import reward_runs as runs
from retention.ledger.reward_runs import Decision, RunState
from retention.rewards import RewardsError

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    import psycopg

    from retention.ledger.reward_runs import RewardRun
    from retention.project.shop import Shop
    from retention.rewards.summary import Summary

log = logging.getLogger(__name__)

SELF_APPROVED = "rule: below rewards_self_approve_below"
# A quarter rewarded later than this was forgotten or is repeated, so a person must decide.
PROMPT = timedelta(days=7)


class NotDecidedAsAskedError(RewardsError):
    """The run has another decision already; the message says by whom."""


def approves_itself(summary: Summary, shop: Shop, now: datetime) -> bool:
    """Whether the run needs no approval: small, only in the shop's currency, prompt, first attempt.

    The amount must be below `rewards_self_approve_below`, in the shop's currency.
    """
    run = summary.run
    if run.attempt > 1 or now - shop.midnight(run.as_of) > PROMPT or summary.excluded:
        return False
    if set(summary.amounts) - {shop.storefront.shop_currency}:
        return False
    amount: Decimal | int = summary.amounts.get(shop.storefront.shop_currency, 0)
    return amount < shop.rewards.rewards_self_approve_below


def approve(connection: psycopg.Connection, run: RewardRun, by: str, now: datetime) -> None:
    """Record that the run is approved; this cannot be undone.

    Raises:
        NotDecidedAsAskedError: the run is already rejected or expired.
    """
    with connection.transaction():
        runs.lock(connection)
        runs.decide_run(connection, run.run, Decision(RunState.APPROVED, by, None), now)
        _require(connection, run, {RunState.APPROVED, RunState.ISSUED})
    log.info("%s: approved by %s", run.run, by)


def reject(
    connection: psycopg.Connection, run: RewardRun, decision: Decision, now: datetime
) -> None:
    """Record that the run is not paid; a frozen run is graded first to complete its record.

    `decision` is `REJECTED` or `EXPIRED`, with the reason.

    Raises:
        NotDecidedAsAskedError: the run is already approved; granted rewards are not revoked.
    """
    with connection.transaction():
        runs.lock(connection)
        runs.grade_run(connection, run.run, now)
        runs.decide_run(connection, run.run, decision, now)
        _require(connection, run, {RunState.REJECTED, RunState.EXPIRED})
    log.info("%s: %s by %s: %s", run.run, decision.state, decision.by, decision.reason)


def _require(connection: psycopg.Connection, run: RewardRun, wanted: set[RunState]) -> None:
    held = runs.find_run(connection, run.quarter)
    if held is None or held.run != run.run or held.state not in wanted:
        message = (
            f"the decision on {run.run} was not recorded: the latest run of {run.quarter} is"
            f" {held and held.run}, {held and held.state} by {held and held.decided_by}"
        )
        raise NotDecidedAsAskedError(message)
