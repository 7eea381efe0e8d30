"""Deciding on a graded run: by a person, by the shop's own rule, or by nobody in time."""

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
# A quarter that is rewarded later than that was forgotten, or is repeated: a person looks at it.
PROMPT = timedelta(days=7)


class NotDecidedAsAskedError(RewardsError):
    """The run was decided otherwise before; says by whom."""


def approves_itself(summary: Summary, shop: Shop, now: datetime) -> bool:
    """Whether the run needs nobody: small, in the shop's currency alone, prompt, a first attempt.

    Args:
        summary: of the graded run.
        shop: `rewards_self_approve_below` is the bound, in its own currency.
        now: the present moment, aware.
    """
    run = summary.run
    if run.attempt > 1 or now - shop.midnight(run.as_of) > PROMPT or summary.left_out:
        return False
    if set(summary.amounts) - {shop.shop_currency}:
        return False
    amount: Decimal | int = summary.amounts.get(shop.shop_currency, 0)
    return amount < shop.rewards_self_approve_below


def approve(connection: psycopg.Connection, run: RewardRun, by: str, now: datetime) -> None:
    """Record that the run is to be paid; once approved it stays so.

    Raises:
        NotDecidedAsAskedError: it was turned down before.
    """
    with connection.transaction():
        runs.lock(connection)
        runs.decide_run(connection, run.run, Decision(RunState.APPROVED, by, None), now)
        _require(connection, run, {RunState.APPROVED, RunState.ISSUED})
    log.info("%s: approved by %s", run.run, by)


def turn_down(
    connection: psycopg.Connection, run: RewardRun, decision: Decision, now: datetime
) -> None:
    """Record that the run is not paid; a frozen one is graded first, to be whole on record.

    Args:
        connection: an open connection.
        run: the run.
        decision: `REJECTED` or `EXPIRED`, with the reason.
        now: the present moment, aware.

    Raises:
        NotDecidedAsAskedError: it was approved before; what was granted is not taken back.
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
            f"{run.run} was not decided as asked: the latest run of {run.quarter} is"
            f" {held and held.run}, {held and held.state} by {held and held.decided_by}"
        )
        raise NotDecidedAsAskedError(message)
