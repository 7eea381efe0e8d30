"""Reconciliation: settles the requests that got no response.

1. An event about a request, or an entry in SendGrid's log, proves that it was accepted.
2. A request that is scheduled far enough ahead is cancelled: SendGrid is asked to cancel its batch
   and to confirm the cancel. Only then are its messages planned again, for another batch.
3. All others stay unknown and are never sent again. When no event can arrive any more they become
   unconfirmed, for a person to see.

The intent to cancel is committed before SendGrid is asked. From then on an acceptance no longer
proves that a mail goes out; only an event of a mail that went out does.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from retention.delivery.protocol import running_clock
from retention.ledger import reconciliation
from retention.ledger.requests import settle_stale_requests
from retention.ledger.states import RequestState
from retention.sendgrid.client import SendGridError
from retention.sendgrid.email_logs import EmailLogs
from retention.sendgrid.outcomes import NotSent, Refused, Rejected
from retention.sendgrid.scheduled_sends import MOST_CANCELS, NOTICE, ScheduledSends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    import psycopg

    from retention.delivery.settings import DeliverySettings
    from retention.ledger.reconciliation import HeldCancel, UnknownRequest
    from retention.sendgrid.client import SendGrid
    from retention.sendgrid.outcomes import Outcome

log = logging.getLogger(__name__)

EVENT_WAIT = timedelta(minutes=2)  # an event that arrives meanwhile saves a cancel
CANCEL_MARGIN = timedelta(minutes=15)  # begun later, a cancel may not be confirmed in time
DISCARDED_AFTER = timedelta(minutes=10)  # by then SendGrid has surely dropped the cancelled mails
SILENCE_ENDS_AFTER = timedelta(hours=72)  # a suspended worker may resume, and post, until then
MOST_LOOKED_UP = 100  # requests looked up in SendGrid's log per reconciliation
PATIENCE = timedelta(hours=72)
EVENT_PATIENCE = timedelta(hours=24)  # how long SendGrid retries an event


@dataclass
class ReconcileReport:
    """Counts of one reconciliation; they count messages unless said otherwise.

    Attributes:
        accepted: were unknown; now proved to be at SendGrid.
        planned_again: were unknown; planned again once their request was cancelled at SendGrid.
        unconfirmed: unknown for so long that proof will hardly come.
        lost_requests: requests of workers that stopped responding, now unknown.
        waiting_requests: requests that are still unknown.
        without_cancel_slot: requests not cancelled because no cancel slot was free.
        held_cancels: how many of SendGrid's ten cancel slots are held at the end.
        held_for_silent: how many of those are held for three days, for workers that stopped
            responding.
        is_elsewhere: another process was reconciling, so nothing was done.
    """

    accepted: int = 0
    planned_again: int = 0
    unconfirmed: int = 0
    lost_requests: int = 0
    waiting_requests: int = 0
    without_cancel_slot: int = 0
    held_cancels: int = 0
    held_for_silent: int = 0
    is_elsewhere: bool = False


def reconcile(
    connection: psycopg.Connection,
    client: SendGrid,
    settings: DeliverySettings,
    now: datetime,
) -> ReconcileReport:
    """Settle as many of the requests without a response as possible; safe to run at any time.

    An error from SendGrid does not end a reconciliation: the next one settles the rest.

    Args:
        connection: in autocommit mode.
        client: the account at SendGrid.
        settings: they have the lease, the time after which a silent worker's requests are settled.
        now: the current time; the reconciliation's clock continues from it.
    """
    with reconciliation.reconciling(connection) as is_ours:
        if not is_ours:
            return ReconcileReport(is_elsewhere=True)
        report = Reconciliation(connection, client, running_clock(now)).run(settings.lease)
    log.info("reconciliation: %s", report)
    return report


class Reconciliation:
    """One pass over the unknown requests."""

    def __init__(
        self, connection: psycopg.Connection, client: SendGrid, clock: Callable[[], datetime]
    ) -> None:
        self._connection = connection
        self._sends = ScheduledSends(client)
        self._logs = EmailLogs(client)
        self._clock = clock
        self._report = ReconcileReport()

    def run(self, lease: timedelta) -> ReconcileReport:
        """Do all steps, each for all requests."""
        now = self._clock()
        found = settle_stale_requests(self._connection, lease_began=now - lease, now=now)
        self._report.lost_requests = found[RequestState.SUBMITTING]
        self._free_cancel_slots()
        self._report.accepted += reconciliation.accept_proved_requests(self._connection, now)
        is_searched = self._search_logs(reconciliation.find_unknown_requests(self._connection))
        for request in reconciliation.find_unknown_requests(self._connection):
            if self._can_be_cancelled(request):
                self._cancel(request)
        if is_searched:  # otherwise the log may still have proof
            self._give_up()
        self._report.waiting_requests = len(reconciliation.find_unknown_requests(self._connection))
        self._count_held_cancels()
        return self._report

    def _find_held_cancels(self) -> list[HeldCancel]:
        return reconciliation.find_held_cancels(
            self._connection, DISCARDED_AFTER, SILENCE_ENDS_AFTER
        )

    def _count_held_cancels(self) -> None:
        """Count the held cancel slots; log an error when all are, as nothing can be cancelled."""
        held = self._find_held_cancels()
        self._report.held_cancels = len(held)
        self._report.held_for_silent = sum(cancel.is_silent for cancel in held)
        if len(held) >= MOST_CANCELS:
            log.error(
                "all %d of SendGrid's cancel slots are held, %d of them for workers that "
                "stopped responding: until %s, requests without a response are not sent again",
                len(held),
                self._report.held_for_silent,
                held[0].free_from,
            )

    def _free_cancel_slots(self) -> None:
        """Free the slots of cancels whose mails are discarded and cannot arrive late."""
        now = self._clock()
        for held in self._find_held_cancels():
            if held.free_from >= now:
                continue
            try:
                is_free = self._take_back(held)
            except SendGridError as error:
                log.warning("request %s keeps its cancel slot: %s", held.request_id, error)
            else:
                if is_free:
                    reconciliation.free_cancel_slot(
                        self._connection, held.request_id, self._clock()
                    )

    def _take_back(self, held: HeldCancel) -> bool:
        """Take a cancel back, unless SendGrid's clock says it is too early; return if it is gone.

        Taken back before the release time, it would let the mails leave as duplicates.
        """
        is_held, answered_at = self._sends.is_cancelled(held.batch_id)
        if not is_held:
            return True
        if answered_at is None or answered_at < held.free_from:
            log.warning(
                "request %s keeps its cancel slot until %s; it is %s by SendGrid's clock",
                held.request_id,
                held.free_from,
                answered_at,
            )
            return False
        self._sends.forget(held.batch_id)
        return True

    def _search_logs(self, requests: Iterable[UnknownRequest]) -> bool:
        """Look requests up in SendGrid's log, the oldest first; return False to try again later."""
        searched = [each for each in requests if each.email and each.cancelling_at is None]
        searched.sort(key=lambda request: request.submitting_at)
        for request in searched[:MOST_LOOKED_UP]:
            try:
                found = self._logs.find_acceptance(
                    cast("str", request.email), request.request_id, request.submitting_at
                )
            except SendGridError as error:
                log.warning("SendGrid's log cannot be queried: %s", error)
                return isinstance(error.outcome, Refused | Rejected)
            if found is not None:
                self._report.accepted += reconciliation.accept_logged_request(
                    self._connection, request.request_id, found, self._clock()
                )
        return True

    def _can_be_cancelled(self, request: UnknownRequest) -> bool:
        """Whether a cancel would be in time; events get a short while to arrive first."""
        if request.first_release_at is None:
            return False
        now = self._clock()
        margin = CANCEL_MARGIN if request.cancelling_at is None else NOTICE
        is_ripe = now >= request.submitting_at + EVENT_WAIT
        return is_ripe and now <= request.first_release_at - margin

    def _cancel(self, request: UnknownRequest) -> None:
        request_id = request.request_id
        if not reconciliation.begin_cancel(
            self._connection, request_id, MOST_CANCELS, self._clock()
        ):
            self._report.without_cancel_slot += 1
            log.warning(
                "request %s is not cancelled: all of SendGrid's cancel slots are held", request_id
            )
            return
        refusal = self._ask_for_cancel(request)
        is_cancelled, confirmed_at = self._confirm_cancel(request)
        now = self._clock()
        # By the later of the two clocks: ours may lag, and SendGrid releases by its own.
        latest = request.first_release_at and request.first_release_at - NOTICE
        is_in_time = confirmed_at and latest and max(now, confirmed_at) <= latest
        if is_cancelled and is_in_time:
            returned = reconciliation.confirm_cancel(self._connection, request_id, now)
            self._report.planned_again += returned
            log.warning("request %s is cancelled; its messages are planned again", request_id)
        elif request.cancelling_at is None and _was_not_taken(refusal, is_cancelled=is_cancelled):
            # An earlier cancel request without a response could still take effect.
            reconciliation.abandon_cancel(self._connection, request_id)

    def _ask_for_cancel(self, request: UnknownRequest) -> Outcome | None:
        """Ask SendGrid to cancel the batch; return the outcome if it failed, None otherwise."""
        try:
            self._sends.cancel(request.batch_id)
        except SendGridError as error:
            log.warning("request %s: %s", request.request_id, error)
            return error.outcome
        return None

    def _confirm_cancel(self, request: UnknownRequest) -> tuple[bool | None, datetime | None]:
        """Return whether SendGrid holds the cancel, and since when by its clock; None: unknown."""
        try:
            return self._sends.is_cancelled(request.batch_id)
        except SendGridError as error:
            log.warning("request %s: %s", request.request_id, error)
            return None, None

    def _give_up(self) -> None:
        now = self._clock()
        given_up, count = reconciliation.give_up_requests(
            self._connection,
            submitted_before=now - PATIENCE,
            worthless_before=now - EVENT_PATIENCE,
            now=now,
        )
        self._report.unconfirmed += count
        for request_id in given_up:
            log.error("request %s is unconfirmed: it may or may not have left", request_id)


def _was_not_taken(refusal: Outcome | None, *, is_cancelled: bool | None) -> bool:
    """Whether it is certain that SendGrid holds no cancel.

    A rejection alone does not prove it: SendGrid also rejects a second cancel of a batch. A cancel
    request that was not sent, or was refused, does prove it, even if the cancels cannot be read
    back, unless reading them back shows the cancel after all.
    """
    if isinstance(refusal, NotSent | Refused):
        return is_cancelled is not True
    return isinstance(refusal, Rejected) and is_cancelled is False
