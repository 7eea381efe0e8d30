"""One thread of a worker: submits claims and records their outcomes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

import psycopg

from retention.delivery.recording import (
    answer_of,
    blame_nobody,
    quarantine,
    record_outcome,
    rejection_reasons,
    write_again,
)
from retention.delivery.search import Search
from retention.delivery.submission import CampaignNotReadyError, submit
from retention.ledger.claims import ClaimLostError, claim_messages
from retention.ledger.requests import divide_request
from retention.sendgrid.outcomes import Accepted, NotSent, Outcome, Refused, Rejected, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from retention.delivery.run import Run
    from retention.ledger.claims import Claim

log = logging.getLogger(__name__)

STOOD_STILL = (
    "the process stood still, or the machine's clock was set, so this run's clock is no longer "
    "reliable; messages not yet submitted stay planned"
)

T = TypeVar("T")
W = TypeVar("W")


class Worker:
    """Takes one thread's turns through the outbox."""

    def __init__(
        self,
        connection: psycopg.Connection,
        run: Run,
        connect: Callable[[], psycopg.Connection],
    ) -> None:
        """Work over a connection; `connect` opens another if it fails."""
        self._connection = connection
        self._run = run
        self._connect = connect
        self._search = Search()

    def work(self) -> None:
        """Deliver until nothing is due, or the run is over."""
        try:
            while self._take_turn():
                pass
        finally:
            self._end_search("the run ended before its turn came")

    def _take_turn(self) -> bool:
        with self._run.breaker.turn() as is_on:
            if not is_on:
                return False
            if self._run.has_stood_still():
                self._run.breaker.interrupt(STOOD_STILL)
                return False
            claim = self._next_claim()
            if claim is None:
                return False
            self._attempt(claim)
            return True

    def _next_claim(self) -> Claim | None:
        if self._search.waiting:
            return self._search.waiting.pop()
        self._search = Search()
        wanted = self._run.want()
        if wanted is None:
            return None
        claim = claim_messages(self._connection, wanted, self._run.clock())
        self._run.hand_back(wanted.most - (len(claim.messages) if claim else 0))
        return claim

    def _attempt(self, claim: Claim) -> None:
        """Submit a claim, record the outcome, and act on it."""
        try:
            claim, outcome = submit(self._connection, self._run, claim)
        except CampaignNotReadyError as error:
            self._put_back(claim, str(error))
            self._run.stop_campaign(claim.campaign, str(error))
        except ClaimLostError as error:
            self._put_back(claim, str(error))
        except psycopg.Error as error:
            # Posting comes after the last database call, so nothing was posted.
            self._put_back(claim, f"the database failed before the call: {type(error).__name__}")
            raise
        else:
            if claim.messages:
                self._settle(claim, outcome)

    def _settle(self, claim: Claim, outcome: Outcome) -> None:
        log.info(
            "request %s of %s (%s), %d messages: %s%s",
            claim.request_id,
            claim.campaign,
            claim.locale,
            len(claim.messages),
            type(outcome).__name__,
            f", {outcome.text}" if outcome.text else "",
        )
        if isinstance(outcome, Rejected):
            self._settle_rejection(claim, outcome)
        else:
            self._record(claim, outcome)
        if isinstance(outcome, Unknown) and not self._run.breaker.is_proved():
            # Otherwise a campaign that SendGrid cannot process would be the probe of every run,
            # and no other campaign's mail would ever leave.
            reason = f"no clear response to a probe: {outcome.text}"
            self._run.stop_campaign(claim.campaign, reason)
        self._run.breaker.note(outcome)

    def _record(self, claim: Claim, outcome: Outcome) -> None:
        self._write(record_outcome, claim, outcome)
        self._count(claim, outcome)

    def _write(
        self,
        record: Callable[[psycopg.Connection, Claim, W, datetime], T],
        claim: Claim,
        what: W,
    ) -> T:
        """Record a claim's outcome over this thread's connection, or another one if it fails."""
        clock = self._run.clock
        try:
            return record(self._connection, claim, what, clock())
        except psycopg.Error as error:
            log.warning("request %s: %s; retrying", claim.request_id, type(error).__name__)
            until = clock() + self._run.settings.lease
            return write_again(
                self._connect, lambda fresh: record(fresh, claim, what, clock()), clock, until
            )

    def _count(self, claim: Claim, outcome: Outcome) -> None:
        count, report = len(claim.messages), self._run.report
        match outcome:
            case Accepted():
                self._search.has_accepted = True
                self._run.suspicion.accepted(claim)
                report.add(accepted=count)
            case Unknown():
                report.add(unknown=count)
            case Refused() | NotSent():
                report.add(returned=count)
            case Rejected():
                rejected = len(rejection_reasons(claim, outcome))
                report.add(rejected=rejected, returned=count - rejected)

    def _settle_rejection(self, claim: Claim, rejected: Rejected) -> None:
        named = len(rejection_reasons(claim, rejected))
        if rejected.is_about_the_request:
            self._give_up(claim, rejected)
        elif not named:
            self._search_for_cause(claim, rejected)
        elif rejected.is_about_addresses or not self._run.suspicion.is_raised(claim, named):
            self._record(claim, rejected)
        else:
            self._give_up(claim, rejected)

    def _search_for_cause(self, claim: Claim, rejected: Rejected) -> None:
        """Take the next step of the search after a rejection that names no message."""
        is_alone = len(claim.messages) == 1
        if is_alone and self._search.has_accepted:
            self._write(quarantine, claim, rejected)
            self._run.report.add(rejected=1)
        elif is_alone and self._search.is_hopeless():
            self._give_up(claim, rejected)
        else:
            self._divide(claim, rejected)

    def _divide(self, claim: Claim, rejected: Rejected) -> None:
        try:
            parts = self._write(divide_request, claim, answer_of(rejected))
        except ClaimLostError as error:
            self._put_back(claim, str(error))
        else:
            self._search.go_on_with(parts)

    def _give_up(self, claim: Claim, rejected: Rejected) -> None:
        """Stop the campaign; its messages are not at fault and stay planned."""
        reason = f"HTTP {rejected.status}: {rejected.text}"
        self._write(blame_nobody, claim, rejected)
        self._run.report.add(returned=len(claim.messages))
        self._run.stop_campaign(claim.campaign, reason)
        self._end_search(reason)

    def _end_search(self, reason: str) -> None:
        while self._search.waiting:
            self._put_back(self._search.waiting.pop(), reason)

    def _put_back(self, claim: Claim, reason: str) -> None:
        self._record(claim, NotSent(reason))
