"""The state that the threads of one worker share during a run."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from retention.delivery.mail_body import MOST_PERSONALIZATIONS
from retention.delivery.report import DeliveryReport
from retention.delivery.suspicion import Suspicion
from retention.ledger.claims import Wanted
from retention.sendgrid.batch_ids import BatchIds

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from retention.delivery.breaker import Breaker
    from retention.delivery.settings import DeliverySettings
    from retention.sendgrid.client import SendGrid

log = logging.getLogger(__name__)

PROBE = 10  # messages per request while it is not known whether SendGrid accepts
MOST_APART = 60  # seconds by which the wall clock may differ from the run's own clock


@dataclass
class Run:
    """One run of one worker.

    Attributes:
        client: the account at SendGrid.
        settings: the policy.
        clock: returns the current time.
        due_until: messages that are to arrive before this time (aware) are delivered.
        breaker: limits the requests in flight.
        report: counts of the run.
        suspicion: distinguishes a campaign's fault from that of a single message.
        wall_clock: a clock, in seconds, that also runs while this process is stopped or the
            machine is suspended.
        batch_ids: provides a batch id per attempt; closed with the run.
    """

    client: SendGrid
    settings: DeliverySettings
    clock: Callable[[], datetime]
    due_until: datetime
    breaker: Breaker
    report: DeliveryReport = field(default_factory=DeliveryReport)
    suspicion: Suspicion = field(init=False)
    wall_clock: Callable[[], float] = time.time
    batch_ids: BatchIds = field(init=False)
    _taken: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._began_at, self._began = self.wall_clock(), time.monotonic()
        self.suspicion = Suspicion(self.settings.concurrency)
        self.batch_ids = BatchIds(self.client, self.settings.concurrency)

    def want(self) -> Wanted | None:
        """Reserve part of the run's limit for a claim; return None when the limit is used up."""
        with self._lock:
            size = MOST_PERSONALIZATIONS if self.breaker.is_proved() else PROBE
            most = min(size, self.settings.limit - self._taken)
            self._taken += max(most, 0)
        if most <= 0:
            return None
        return Wanted(
            self.due_until,
            most,
            self.settings.sender.email,
            self.settings.hourly_budget,
            list(self.report.stopped_campaigns),
            self.settings.cancel_lead,
        )

    def hand_back(self, count: int) -> None:
        """Return the part of a reservation that was not claimed."""
        with self._lock:
            self._taken -= count

    def has_stood_still(self) -> bool:
        """Whether the process was suspended, so that its clock is slow and pre-send checks blind.

        Also true when the machine's clock was set: either clock may then be wrong.
        """
        went, ran = self.wall_clock() - self._began_at, time.monotonic() - self._began
        return abs(went - ran) > MOST_APART

    def stop_campaign(self, campaign: str, reason: str) -> None:
        """Skip a campaign for the rest of the run."""
        self.report.stopped_campaigns[campaign] = reason
        log.error("campaign %s is skipped for the rest of this run: %s", campaign, reason)
