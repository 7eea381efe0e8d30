"""The delivery run: claim, submit, record, until nothing is due.

Each turn takes up to 500 messages of one campaign, language and purpose through
`planned -> claimed -> submitting -> accepted | rejected | unknown`; `retention.ledger.states` has
their meanings. Any number of workers may run at once, on any number of machines.

| SendGrid's response                   | messages                        | the run                |
|---------------------------------------|---------------------------------|------------------------|
| 202 with an id                        | accepted                        | continues              |
| 400, 413, 415 naming personalizations | those rejected, others planned  | continues              |
| 400, 413, 415 naming nothing          | halved until the cause is found | continues              |
| 400, 413, 415 about the whole request | planned                         | stops the campaign     |
| and naming most, or repeatedly        | planned                         | stops the campaign     |
| 401, 403, 404, 405                    | planned                         | ends: refused          |
| not connected, 429                    | planned                         | waits, finally ends    |
| anything else, or none                | unknown                         | a second one ends it   |
| and while nothing was accepted before | unknown                         | stops the campaign     |

A rejection of the whole request blames no single message, so none is marked. The messages stay
planned until a person fixes the template or the group, or until they expire. `reconcile` settles
unknown messages.
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
from retention.ledger.requests import settle_stale_requests
from retention.ledger.states import RequestState

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from retention.delivery.report import DeliveryReport
    from retention.delivery.settings import DeliverySettings
    from retention.sendgrid.client import SendGrid

log = logging.getLogger(__name__)

MOST_AHEAD = timedelta(hours=72)  # SendGrid schedules no further ahead


def deliver(
    connect: Callable[[], psycopg.Connection],
    client: SendGrid,
    settings: DeliverySettings,
    *,
    now: datetime,
    due_until: datetime,
) -> DeliveryReport:
    """Deliver the due messages, as one of possibly many workers.

    Args:
        connect: opens a connection in autocommit mode, as `retention.database.connect` does.
        client: the account at SendGrid.
        settings: the sender, limits and timeouts.
        now: the current time; the run's clock continues from it.
        due_until: deliver messages that are to arrive before this time (aware), at most 72 hours
            ahead; those later than `now` are scheduled at SendGrid.

    Returns:
        Counts of the run, and the campaigns that were stopped.

    Raises:
        DeliveryRefusedError: SendGrid refuses the account; a person must act.
        DeliveryInterruptedError: SendGrid cannot be reached or fails; a later run may succeed.
        ValueError: `due_until` is further ahead than SendGrid schedules, or connections are not
            in autocommit mode.
    """
    if due_until - now > MOST_AHEAD:
        message = f"due_until {due_until} is over 72 hours after {now}, the most SendGrid allows"
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
    """Return a clock that starts at `now` and moves on with real time, so that leases expire."""
    started = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - started)


def _tidy(connection: psycopg.Connection, run: Run) -> None:
    """Settle the requests of workers that stopped responding, and expire late messages."""
    now = run.clock()
    found = settle_stale_requests(connection, lease_began=now - run.settings.lease, now=now)
    run.report.abandoned_requests = found[RequestState.CLAIMED]
    run.report.lost_requests = found[RequestState.SUBMITTING]
    if run.report.lost_requests:
        log.error(
            "the workers of %d requests stopped responding: their messages are unknown",
            run.report.lost_requests,
        )
    run.report.expired = expire_messages(connection, now)
    if run.report.expired:
        log.warning("%d messages expired before they were submitted", run.report.expired)


def _deliver_with_threads(connect: Callable[[], psycopg.Connection], run: Run) -> None:
    """Deliver with one thread and connection for each request that may be in flight."""

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
            # Also when the task is stopped: the outcomes of requests in flight are recorded first.
            run.breaker.end()
            raise
