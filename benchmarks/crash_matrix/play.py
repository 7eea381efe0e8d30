"""One run: two workers, kills, faults, reruns, and days that pass until nothing moves any more."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from benchmarks.crash_matrix.audience import (
    Gone,
    plan_audience,
    plan_naive_audience,
    suppress_some,
    withdraw_some,
)
from benchmarks.crash_matrix.cast import Cast
from benchmarks.crash_matrix.judge import is_settled, judge, judge_naive

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

    from benchmarks.crash_matrix.case import Case, Verdict
    from benchmarks.crash_matrix.stage import Stage

START = timedelta(0)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
# Two workers: at once, again as after a clear, past the lease, and once more.
BUSY = [START, MINUTE, 8 * MINUTE, 20 * MINUTE]
LATE_SUPPRESSIONS = BUSY[2]
WAKINGS = BUSY[2:]  # past the lease: before anybody has noticed, and after
# One worker, and SendGrid in order: soon; all was released; worthless for a day; past every limit.
# The clock leaps by hours, so no call of before is under way any more: nothing real hangs so long.
QUIET = [HOUR, 6 * HOUR, 50 * HOUR, 80 * HOUR, 110 * HOUR]
RELEASED = QUIET[1]
NAIVE_BUSY = [START, MINUTE]
NAIVE_QUIET = [6 * HOUR]


def play(stage: Stage, case: Case) -> Verdict:
    """Play a case with our delivery, to the end, and let the sandbox judge."""
    with Cast(stage, case) as cast, stage.database() as connection:
        stage.forget_cancels()
        start = stage.now()
        stage.hear(None, start)
        plan_audience(connection, case.name, start)
        stage.misbehave(case.fault, case.seed)
        gone = _play_busily(stage, cast, connection, start)
        cast.wake()
        stage.behave()
        for offset in QUIET:
            now = stage.wait_until(start + offset)
            cast.hear(connection, offset, now)
            cast.run_alone(now)
            if offset >= RELEASED and is_settled(connection):
                break
        judge(stage, cast.verdict, connection, gone)
    return cast.verdict


def _play_busily(stage: Stage, cast: Cast, connection: psycopg.Connection, start: datetime) -> Gone:
    """Play the rounds of two workers, while people unsubscribe, buy and are forgotten."""
    dice = Random(cast.verdict.case.seed)  # noqa: S311 - reproducible, not secret
    gone, wakes_at = Gone(), dice.choice(WAKINGS)
    for offset in BUSY:
        now = stage.wait_until(start + offset)
        cast.hear(connection, offset, now)
        if offset in {START, LATE_SUPPRESSIONS}:
            gone.suppressed |= suppress_some(stage, connection, dice, now)
        gone.withdrawn |= withdraw_some(connection, dice, now)
        if offset == wakes_at:
            cast.wake()
        cast.play_round(now)
        if offset >= LATE_SUPPRESSIONS and is_settled(connection):
            break
    return gone


def play_naively(stage: Stage, case: Case) -> Verdict:
    """Play a case with the naive sender, whose messages the sandbox judges alike."""
    with Cast(stage, case, is_naive=True) as cast, stage.database() as connection:
        start = stage.now()
        plan_audience(connection, case.name, start)
        plan_naive_audience(connection)
        stage.misbehave(case.fault, case.seed)
        for offset in NAIVE_BUSY:
            cast.play_round(stage.wait_until(start + offset))
        stage.behave()
        for offset in NAIVE_QUIET:
            cast.run_alone(stage.wait_until(start + offset))
        judge_naive(stage, cast.verdict, connection)
    return cast.verdict
