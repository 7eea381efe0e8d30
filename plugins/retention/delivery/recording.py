"""Writes an outcome into the ledger: one transaction an outcome."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import psycopg

from retention.ledger.requests import (
    Answer,
    accept_request,
    mark_request_unknown,
    reject_request,
    return_request,
)
from retention.ledger.restoration import restore_claim
from retention.ledger.states import RequestState
from retention.sendgrid.outcomes import Accepted, NotSent, Outcome, Refused, Rejected, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from retention.ledger.claims import Claim

log = logging.getLogger(__name__)

T = TypeVar("T")
PAUSE = timedelta(seconds=1)  # between two attempts to record an outcome

STATES = {
    Accepted: RequestState.ACCEPTED,
    Rejected: RequestState.REJECTED,
    Refused: RequestState.REFUSED,
    NotSent: RequestState.NOT_SENT,
    Unknown: RequestState.UNKNOWN,
}


def answer_of(outcome: Outcome) -> Answer:
    """Return what the request's row keeps of an outcome."""
    return Answer(
        STATES[type(outcome)],
        http_status=outcome.status,
        sendgrid_message_id=getattr(outcome, "sendgrid_message_id", None),
        error=outcome.text,
    )


def record_outcome(
    connection: psycopg.Connection, claim: Claim, outcome: Outcome, now: datetime
) -> None:
    """Record at `now` (aware) what became of the claim's request and of its messages."""
    answer = answer_of(outcome)
    match outcome:
        case Accepted():
            _record_what_left(accept_request, connection, claim, answer, now)
        case Unknown():
            _record_what_left(mark_request_unknown, connection, claim, answer, now)
        case Rejected():
            reasons = rejection_reasons(claim, outcome)
            reject_request(connection, claim.request_id, answer, reasons, now)
        case Refused() | NotSent():
            return_request(connection, claim.request_id, answer, now)


def _record_what_left(
    record: Callable[[psycopg.Connection, UUID, Answer, datetime], bool],
    connection: psycopg.Connection,
    claim: Claim,
    answer: Answer,
    now: datetime,
) -> None:
    """Record what has left or may have, also where the database has lost that it was submitted."""
    if record(connection, claim.request_id, answer, now):
        return
    restored = restore_claim(connection, claim, now)
    if restored is None:  # somebody else had settled it
        return
    record(connection, claim.request_id, answer, now)
    log.error(
        "request %s: the database had lost that it was submitted; %d of its %d messages are noted "
        "again, the others may be sent twice",
        claim.request_id,
        restored,
        len(claim.messages),
    )


def write_again(
    connect: Callable[[], psycopg.Connection],
    write: Callable[[psycopg.Connection], T],
    clock: Callable[[], datetime],
    until: datetime,
) -> T:
    """Write, over a new connection each time, what the database did not take at first.

    Only this process knows the answer: without it an accepted message would stay unknown. A
    server that has just become the primary may refuse to write for a while, so every error of the
    database's is tried again, but for a row that the ledger does not allow.

    Args:
        connect: opens a connection that commits each statement by itself.
        write: writes over a connection, and changes nothing when it comes a second time.
        clock: shows the present moment, aware.
        until: when to give up, aware.

    Raises:
        psycopg.Error: the database did not take it until then.
    """
    while True:
        try:
            with connect() as connection:
                return write(connection)
        except psycopg.Error:
            if clock() >= until:
                raise
            time.sleep(PAUSE.total_seconds())


def blame_nobody(
    connection: psycopg.Connection, claim: Claim, rejected: Rejected, now: datetime
) -> None:
    """Record at `now` that SendGrid took nothing; all messages are planned again."""
    reject_request(connection, claim.request_id, answer_of(rejected), {}, now)


def quarantine(
    connection: psycopg.Connection, claim: Claim, rejected: Rejected, now: datetime
) -> None:
    """Record at `now` that the claim's only message is the one that SendGrid refuses."""
    reasons = {message.message_id: rejected.text for message in claim.messages}
    reject_request(connection, claim.request_id, answer_of(rejected), reasons, now)


def rejection_reasons(claim: Claim, rejected: Rejected) -> dict[UUID, str]:
    """Return SendGrid's words for each message whose personalization it names."""
    words: dict[UUID, list[str]] = {}
    for error in rejected.errors:
        index = error.personalization
        if index is not None and index < len(claim.messages):
            words.setdefault(claim.messages[index].message_id, []).append(str(error))
    return {message_id: "; ".join(said) for message_id, said in words.items()}
