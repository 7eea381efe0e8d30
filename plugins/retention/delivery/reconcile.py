"""Reconciliation: what became of the requests that got no answer.

1. An event about a request, or an entry in SendGrid's log, proves that it was taken: accepted.
2. What is scheduled far enough ahead is cancelled: SendGrid is asked to cancel its batch and to
   confirm that. Only then are its messages planned again; they leave in a batch of their own.
3. The rest stays unknown and is never sent again. When no event can come any more it becomes
   unconfirmed, for a person to see.

A cancel is asked for only after that was committed: from then on an acceptance alone no longer
proves that a mail goes out, only the event of a mail that did.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from retention.delivery.protocol import running_clock
from retention.ledger import reconciliation
from retention.ledger.requests import put_away_stale_requests
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

EVENT_WAIT = timedelta(minutes=2)  # an event that is on its way saves a cancel
CANCEL_MARGIN = timedelta(minutes=15)  # begun later, a cancel may not be confirmed in time
DISCARDED_AFTER = timedelta(minutes=10)  # by then SendGrid has surely dropped what was cancelled
SILENCE_ENDS_AFTER = timedelta(hours=72)  # a stopped worker may wake, and post, until then
MOST_LOOKED_UP = 100  # requests in SendGrid's log, in one reconciliation
PATIENCE = timedelta(hours=72)
EVENT_PATIENCE = timedelta(hours=24)  # SendGrid repeats an event for so long


@dataclass
class ReconcileReport:
    """Counts of one reconciliation; messages unless said otherwise.

    Attributes:
        accepted: unknown, and now proved to be at SendGrid.
        planned_again: unknown, until what SendGrid may have of them was cancelled.
        unconfirmed: unknown for so long that nobody will ever tell.
        lost_requests: requests of silent workers that became unknown just now.
        waiting_requests: requests that are still unknown.
        without_cancel_slot: requests that could be cancelled if SendGrid held more cancels.
        held_cancels: SendGrid's ten cancel slots, as far as they are held at the end.
        held_for_silent: those of them that a worker which fell silent holds for three days.
        is_elsewhere: somebody else was reconciling, so nothing was done.
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
    """Settle what can be settled of the requests that got no answer; safe to run at any time.

    Trouble with SendGrid ends no reconciliation: what could not be settled waits for the next.

    Args:
        connection: commits each statement by itself.
        client: the account at SendGrid.
        settings: tell how long a worker may be silent.
        now: the present moment, aware; the reconciliation's clock goes on from there.
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
        found = put_away_stale_requests(self._connection, lease_began=now - lease, now=now)
        self._report.lost_requests = found[RequestState.SUBMITTING]
        self._free_cancel_slots()
        self._report.accepted += reconciliation.accept_proved_requests(self._connection, now)
        is_searched = self._search_logs(reconciliation.find_unknown_requests(self._connection))
        for request in reconciliation.find_unknown_requests(self._connection):
            if self._can_be_cancelled(request):
                self._cancel(request)
        if is_searched:  # else the log may prove what would be given up
            self._give_up()
        self._report.waiting_requests = len(reconciliation.find_unknown_requests(self._connection))
        self._count_held_cancels()
        return self._report

    def _find_held_cancels(self) -> list[HeldCancel]:
        return reconciliation.find_held_cancels(
            self._connection, DISCARDED_AFTER, SILENCE_ENDS_AFTER
        )

    def _count_held_cancels(self) -> None:
        """Say how many cancels are left, and loudly when none is: the next loss is not mended."""
        held = self._find_held_cancels()
        self._report.held_cancels = len(held)
        self._report.held_for_silent = sum(cancel.is_silent for cancel in held)
        if len(held) >= MOST_CANCELS:
            log.error(
                "all %d of SendGrid's cancel slots are held, %d of them for workers that "
                "fell silent: until %s, what gets no answer is not sent again",
                len(held),
                self._report.held_for_silent,
                held[0].free_from,
            )

    def _free_cancel_slots(self) -> None:
        """Give back the slots of cancels whose mails are discarded and cannot come late."""
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
        """Take a cancel back, unless it is too early by SendGrid's clock; tell whether it is gone.

        Were it taken back before its mails' time, they would leave beside their copies.
        """
        is_held, answered_at = self._sends.is_cancelled(held.batch_id)
        if not is_held:
            return True
        if answered_at is None or answered_at < held.free_from:
            log.warning(
                "request %s keeps its cancel slot until %s; SendGrid's clock shows %s",
                held.request_id,
                held.free_from,
                answered_at,
            )
            return False
        self._sends.forget(held.batch_id)
        return True

    def _search_logs(self, requests: Iterable[UnknownRequest]) -> bool:
        """Ask SendGrid's log about requests, the oldest first; False when it fails for now."""
        searched = [each for each in requests if each.email and each.cancelling_at is None]
        searched.sort(key=lambda request: request.submitting_at)
        for request in searched[:MOST_LOOKED_UP]:
            try:
                found = self._logs.find_acceptance(
                    cast("str", request.email), request.request_id, request.submitting_at
                )
            except SendGridError as error:
                log.warning("SendGrid's log proves nothing this time: %s", error)
                return isinstance(error.outcome, Refused | Rejected)
            if found is not None:
                self._report.accepted += reconciliation.accept_logged_request(
                    self._connection, request.request_id, found, self._clock()
                )
        return True

    def _can_be_cancelled(self, request: UnknownRequest) -> bool:
        """Whether a cancel would come in time; a short wait for events comes first."""
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
        # By the later of both clocks: ours may lag, and SendGrid releases by its own.
        latest = request.first_release_at and request.first_release_at - NOTICE
        is_in_time = confirmed_at and latest and max(now, confirmed_at) <= latest
        if is_cancelled and is_in_time:
            returned = reconciliation.confirm_cancel(self._connection, request_id, now)
            self._report.planned_again += returned
            log.warning("request %s is cancelled; its messages are planned again", request_id)
        elif request.cancelling_at is None and _was_not_taken(refusal, is_cancelled=is_cancelled):
            # An earlier ask that got no answer could still be taken, whatever this one was told.
            reconciliation.abandon_cancel(self._connection, request_id)

    def _ask_for_cancel(self, request: UnknownRequest) -> Outcome | None:
        """Return what SendGrid answered when it did not take the cancel; None when it did."""
        try:
            self._sends.cancel(request.batch_id)
        except SendGridError as error:
            log.warning("request %s: %s", request.request_id, error)
            return error.outcome
        return None

    def _confirm_cancel(self, request: UnknownRequest) -> tuple[bool | None, datetime | None]:
        """Return whether SendGrid holds the cancel, and when it said so; None: nobody knows."""
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
            log.error("request %s stays unconfirmed: nobody can tell whether it left", request_id)


def _was_not_taken(refusal: Outcome | None, *, is_cancelled: bool | None) -> bool:
    """Whether it is certain that SendGrid holds no cancel.

    A rejection alone does not say so: it may be of a second one. What was not sent or not allowed
    does, also while nothing can be read back, unless that shows a cancel after all.
    """
    if isinstance(refusal, NotSent | Refused):
        return is_cancelled is not True
    return isinstance(refusal, Rejected) and is_cancelled is False
