"""The delivery run: claim, submit, record, until nothing is due.

Each turn takes up to 500 messages of one campaign, language and purpose through
`planned -> claimed -> submitting -> accepted | rejected | unknown`; `retention.ledger.states` has
the meanings. Any number of workers may run at once, on any number of machines.

| SendGrid's answer                     | messages                        | the run                |
|---------------------------------------|---------------------------------|------------------------|
| 202 with an id                        | accepted                        | goes on                |
| 400, 413, 415 naming personalizations | those rejected, others planned  | goes on                |
| 400, 413, 415 naming nothing          | halved until the cause is found | goes on                |
| 400, 413, 415 about the whole request | planned                         | leaves the campaign    |
| and naming most, or again and again   | planned                         | leaves the campaign    |
| 401, 403, 404, 405                    | planned                         | ends: refused          |
| not connected, 429                    | planned                         | waits, at last ends    |
| anything else, or none                | unknown                         | goes on, a second ends |
| and while nothing was accepted before | unknown                         | leaves the campaign    |

A rejection of the whole request says nothing against any one message, so none is marked: they
stay planned until a person mends the template or the group, or until they expire. What is unknown
is `reconcile`'s.
"""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from retention.delivery.breaker import Breaker
from retention.delivery.run import Run
from retention.delivery.worker import Worker
from retention.ledger.messages import expire_messages
from retention.ledger.requests import put_away_stale_requests
from retention.ledger.states import RequestState

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from retention.delivery.report import DeliveryReport
    from retention.delivery.settings import DeliverySettings
    from retention.sendgrid.client import SendGrid

log = logging.getLogger(__name__)

MOST_AHEAD = timedelta(hours=72)  # SendGrid schedules no further


def deliver(
    connect: Callable[[], psycopg.Connection],
    client: SendGrid,
    settings: DeliverySettings,
    *,
    now: datetime,
    due_until: datetime,
) -> DeliveryReport:
    """Deliver what is due, as one worker of possibly many.

    Args:
        connect: opens a connection that commits each statement by itself, as
            `retention.database.connect` does.
        client: the account at SendGrid.
        settings: who sends, how much, and how patiently.
        now: the present moment, aware; the run's clock goes on from there.
        due_until: deliver what is to reach customers until then, aware, at most 72 hours ahead;
            what lies after `now` is scheduled at SendGrid.

    Returns:
        What was done, with the campaigns that had to be left alone.

    Raises:
        DeliveryRefusedError: SendGrid refuses the account; a person must act.
        DeliveryInterruptedError: SendGrid cannot be reached or fails; a later run may succeed.
        ValueError: `due_until` lies further ahead than SendGrid schedules, or connections do not
            commit by themselves.
    """
    if due_until - now > MOST_AHEAD:
        message = f"due_until {due_until} is more than 72 hours after {now}: SendGrid refuses that"
        raise ValueError(message)
    run = Run(client, settings, running_clock(now), due_until, Breaker(settings))
    run.report.stopped_campaigns.update(settings.stopped_campaigns)
    with connect() as connection:
        if not connection.autocommit:
            message = "deliver needs autocommit: 'submitting' must be committed before the call"
            raise ValueError(message)
        _tidy(connection, run)
    with run.batch_ids:
        _deliver_with_threads(connect, run)
    if run.breaker.ended_by is not None:
        raise run.breaker.ended_by(run.breaker.reason, run.report)
    return run.report


def running_clock(now: datetime) -> Callable[[], datetime]:
    """Return a clock that shows `now` and goes on from there, so that leases are real."""
    started = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - started)


def _tidy(connection: psycopg.Connection, run: Run) -> None:
    """Settle what silent workers left behind, and expire what is too late."""
    now = run.clock()
    found = put_away_stale_requests(connection, lease_began=now - run.settings.lease, now=now)
    run.report.abandoned_requests = found[RequestState.CLAIMED]
    run.report.lost_requests = found[RequestState.SUBMITTING]
    if run.report.lost_requests:
        log.error(
            "%d requests were never answered for: their messages are unknown",
            run.report.lost_requests,
        )
    run.report.expired = expire_messages(connection, now)
    if run.report.expired:
        log.warning("%d messages expired before they were submitted", run.report.expired)


def _deliver_with_threads(connect: Callable[[], psycopg.Connection], run: Run) -> None:
    """Deliver with as many threads as requests may be under way, a connection each."""

    def work() -> None:
        try:
            with connect() as connection:
                Worker(connection, run, connect).work()
        except BaseException:
            run.breaker.end()
            raise

    count = run.settings.concurrency
    with ThreadPoolExecutor(count, thread_name_prefix="delivery") as threads:
        working = [threads.submit(work) for _ in range(count)]
        try:
            for each in working:
                each.result()
        except BaseException:
            # Also when the task is stopped: the requests under way are recorded first.
            run.breaker.end()
            raise
