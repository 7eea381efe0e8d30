"""Freezes a quarter: keeps the warehouse's grades permanently, with their checksum."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from retention.ledger import reward_runs as runs
from retention.ledger.reward_runs import RewardRun, RunState, checksum
from retention.rewards import RewardsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import psycopg

    from retention.ledger.reward_runs import Grade
    from retention.rewards.quarters import Quarter

log = logging.getLogger(__name__)

NAMED_DIFFERENCES = 5  # number of customers listed when a replay differs


class QuarterNotGradedError(RewardsError):
    """The warehouse has not graded the quarter as of its close."""


class ReplayDiffersError(RewardsError):
    """The data now give grades other than the frozen ones; the message has number and examples."""


def freeze(connection: psycopg.Connection, quarter: Quarter, now: datetime) -> RewardRun:
    """Freeze a closed quarter, or check that it still equals the frozen one.

    dbt must have graded the quarter as of its close, in `rewards_reporting.quarter_grades`. If the
    quarter has a valid run, nothing is written: the warehouse's current grades are compared with
    the frozen ones. If its run was rejected or expired, the quarter is frozen again.

    Raises:
        QuarterNotGradedError: the warehouse has the grades of another close date.
        ReplayDiffersError: the current grades differ from the frozen ones, which stay frozen.
    """
    with connection.transaction():
        runs.lock(connection)
        _require_graded(connection, quarter)
        grades = runs.list_quarter_grades(connection, str(quarter))
        latest = runs.find_run(connection, str(quarter))
        if latest is not None and latest.stands:
            _require_same(connection, latest, grades)
            log.info("%s: the same %d grades again", latest.run, latest.customer_count)
            return latest
        run = _new_run(connection, quarter, grades, (latest.attempt if latest else 0) + 1, now)
        runs.freeze_run(connection, run, grades, now)
    log.info("%s: froze %d grades, checksum %s", run.run, run.customer_count, run.checksum)
    return run


def grade(connection: psycopg.Connection, run: str, now: datetime) -> None:
    """Compute the totals of a frozen run; a run in any other state is not changed."""
    runs.grade_run(connection, run, now)
    for total in runs.list_totals(connection, run):
        log.info(
            "%s: over %s %s: %d cards of %s",
            run,
            total.tier_threshold,
            total.currency,
            total.card_count,
            total.amount,
        )


def _new_run(
    connection: psycopg.Connection,
    quarter: Quarter,
    grades: Sequence[Grade],
    attempt: int,
    now: datetime,
) -> RewardRun:
    return RewardRun(
        run=f"{quarter}-{attempt}",
        quarter=str(quarter),
        attempt=attempt,
        as_of=quarter.close_date,
        state=RunState.FROZEN,
        frozen_at=now,
        customer_count=len(grades),
        checksum=checksum(grades),
        earlier=runs.summarize_earlier_quarters(connection, str(quarter)),
        graded_at=None,
        unusual=None,
        decided_at=None,
        decided_by=None,
        decision_reason=None,
        issued_at=None,
    )


def _require_graded(connection: psycopg.Connection, quarter: Quarter) -> None:
    nights = runs.find_graded_nights(connection)
    if nights != [quarter.close_date]:
        held = ", ".join(map(str, nights)) or "nothing"
        message = (
            f"rewards_reporting.quarter_grades has data up to {held}, not up to"
            f" {quarter.close_date}, the close of {quarter}: build it for that date first"
        )
        raise QuarterNotGradedError(message)


def _require_same(connection: psycopg.Connection, run: RewardRun, grades: Sequence[Grade]) -> None:
    if checksum(grades) == run.checksum:
        return
    frozen = set(runs.list_frozen_grades(connection, run.run))
    differing = sorted(
        {(grade.customer_id, grade.currency) for grade in frozen.symmetric_difference(grades)}
    )
    named = ", ".join(customer for customer, _ in differing[:NAMED_DIFFERENCES])
    message = (
        f"{run.run} ({run.state}) was frozen with checksum {run.checksum[:12]}, but the data now"
        f" give other grades for {len(differing)} customers, such as {named}: rows for"
        f" {run.quarter} came late or were corrected, or the rules changed. The frozen grades stay;"
    )
    if run.state in {RunState.FROZEN, RunState.GRADED}:
        message += f" to freeze it again, run `retention rewards reject {run.quarter}` first"
    else:
        message += " its rewards do not change"
    raise ReplayDiffersError(message)
