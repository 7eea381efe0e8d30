"""One run: two workers, kills, faults, reruns, and days that pass until all states are final."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from benchmarks.crash_matrix.audience import (
    Exclusions,
    plan_audience,
    plan_naive_audience,
    suppress_some,
    withdraw_some,
)
from benchmarks.crash_matrix.crew import Crew
from benchmarks.crash_matrix.verdicts import fill_naive_verdict, fill_verdict, is_settled

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

    from benchmarks.crash_matrix.case import Case, Verdict
    from benchmarks.crash_matrix.servers import Servers

START = timedelta(0)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
# Two workers: at the start, again as after a clear, past the lease, and once more.
BUSY = [START, MINUTE, 8 * MINUTE, 20 * MINUTE]
LATE_SUPPRESSIONS = BUSY[2]
RESUME_OFFSETS = BUSY[2:]  # past the lease: before and after another worker notices
# One worker, and SendGrid without faults: soon; after every release time; a day after messages
# expired; past every limit. The clock leaps by hours, so no earlier call is still in flight: no
# real call hangs that long.
QUIET = [HOUR, 6 * HOUR, 50 * HOUR, 80 * HOUR, 110 * HOUR]
RELEASED = QUIET[1]
NAIVE_BUSY = [START, MINUTE]
NAIVE_QUIET = [6 * HOUR]


def run_case(servers: Servers, case: Case) -> Verdict:
    """Run a case with our delivery until all states are final; return the verdict."""
    with Crew(servers, case) as crew, servers.database() as connection:
        servers.remove_cancels()
        start = servers.now()
        servers.receive_events(None, start)
        plan_audience(connection, case.name, start)
        servers.start_fault(case.fault, case.seed)
        exclusions = _run_busy_rounds(servers, crew, connection, start)
        crew.resume_stopped()
        servers.end_faults()
        for offset in QUIET:
            now = servers.wait_until(start + offset)
            crew.receive_events(connection, offset, now)
            crew.run_one_worker(now)
            if offset >= RELEASED and is_settled(connection):
                break
        fill_verdict(servers, crew.verdict, connection, exclusions)
    return crew.verdict


def _run_busy_rounds(
    servers: Servers, crew: Crew, connection: psycopg.Connection, start: datetime
) -> Exclusions:
    """Run the rounds of two workers, while people unsubscribe, buy and are forgotten."""
    dice = Random(crew.verdict.case.seed)  # noqa: S311 - reproducible, not secret
    exclusions, resumes_at = Exclusions(), dice.choice(RESUME_OFFSETS)
    for offset in BUSY:
        now = servers.wait_until(start + offset)
        crew.receive_events(connection, offset, now)
        if offset in {START, LATE_SUPPRESSIONS}:
            exclusions.suppressed |= suppress_some(servers, connection, dice, now)
        exclusions.withdrawn |= withdraw_some(connection, dice, now)
        if offset == resumes_at:
            crew.resume_stopped()
        crew.run_round(now)
        if offset >= LATE_SUPPRESSIONS and is_settled(connection):
            break
    return exclusions


def run_naive_case(servers: Servers, case: Case) -> Verdict:
    """Run a case with the naive sender; return the verdict, by the same audit."""
    with Crew(servers, case, is_naive=True) as crew, servers.database() as connection:
        start = servers.now()
        plan_audience(connection, case.name, start)
        plan_naive_audience(connection)
        servers.start_fault(case.fault, case.seed)
        for offset in NAIVE_BUSY:
            crew.run_round(servers.wait_until(start + offset))
        servers.end_faults()
        for offset in NAIVE_QUIET:
            crew.run_one_worker(servers.wait_until(start + offset))
        fill_naive_verdict(servers, crew.verdict, connection)
    return crew.verdict
