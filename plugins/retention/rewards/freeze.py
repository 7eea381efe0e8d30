"""Freezing a quarter: the grades as the warehouse has them, kept for ever with their checksum."""

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

NAMED_DIFFERENCES = 5  # so many customers are named when a replay differs


class QuarterNotGradedError(RewardsError):
    """The warehouse has not graded the quarter as of its close."""


class ReplayDiffersError(RewardsError):
    """The quarter gives other grades today than were frozen; says how many, and names some."""


def freeze(connection: psycopg.Connection, quarter: Quarter, now: datetime) -> RewardRun:
    """Freeze a closed quarter, or make sure that it still is what was frozen.

    When a run of the quarter stands, nothing is written: the grades that the warehouse has now are
    compared with the frozen ones. A quarter whose run was turned down is frozen anew.

    Args:
        connection: an open connection.
        quarter: graded by dbt as of its close, in `rewards_reporting.quarter_grades`.
        now: the present moment, aware.

    Raises:
        QuarterNotGradedError: the warehouse holds the grades of another close.
        ReplayDiffersError: what was frozen is not what the data give now; it stays frozen.
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
    """Make the totals of a frozen run; of any other nothing changes."""
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
            f"rewards_reporting.quarter_grades knows the world up to {held}, not up to"
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
        f" give other grades for {len(differing)} customers, such as {named}: rows about"
        f" {run.quarter} came late, were corrected, or the rules changed. What was frozen stands;"
    )
    if run.state in {RunState.FROZEN, RunState.GRADED}:
        message += f" to freeze it anew, `retention rewards reject {run.quarter}` first"
    else:
        message += " what it has granted is not changed by this"
    raise ReplayDiffersError(message)
