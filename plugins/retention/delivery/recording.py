"""Writes outcomes into the ledger, each in one transaction."""

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

STATES: dict[type[Outcome], RequestState] = {
    Accepted: RequestState.ACCEPTED,
    Rejected: RequestState.REJECTED,
    Refused: RequestState.REFUSED,
    NotSent: RequestState.NOT_SENT,
    Unknown: RequestState.UNKNOWN,
}


def answer_of(outcome: Outcome) -> Answer:
    """Return the columns of an outcome that the request's row stores."""
    return Answer(
        STATES[type(outcome)],
        http_status=outcome.status,
        sendgrid_message_id=getattr(outcome, "sendgrid_message_id", None),
        error=outcome.text,
    )


def record_outcome(
    connection: psycopg.Connection, claim: Claim, outcome: Outcome, now: datetime
) -> None:
    """Record the outcome of the claim's request and of its messages."""
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
    """Record messages that left or may have, even if the database lost their submission."""
    if record(connection, claim.request_id, answer, now):
        return
    restored = restore_claim(connection, claim, now)
    if restored is None:  # another process had settled it
        return
    record(connection, claim.request_id, answer, now)
    log.error(
        "request %s: the database had lost its submission; %d of its %d messages are recorded "
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
    """Retry a failed write, over a new connection each time.

    Only this process has the response: without the write an accepted message would stay unknown. A
    server that has just become the primary may refuse writes for a while, so every database error
    is retried, except for a row that the ledger does not allow.

    Args:
        connect: opens a connection in autocommit mode.
        write: writes over a connection; must be idempotent.
        clock: returns the current time.
        until: when to give up, aware.

    Raises:
        psycopg.Error: the write still failed at `until`.
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
    """Record that SendGrid took nothing; all messages are planned again."""
    reject_request(connection, claim.request_id, answer_of(rejected), {}, now)


def quarantine(
    connection: psycopg.Connection, claim: Claim, rejected: Rejected, now: datetime
) -> None:
    """Record that SendGrid rejects the claim's only message."""
    reasons = {message.message_id: rejected.text for message in claim.messages}
    reject_request(connection, claim.request_id, answer_of(rejected), reasons, now)


def rejection_reasons(claim: Claim, rejected: Rejected) -> dict[UUID, str]:
    """Return SendGrid's error text for each message whose personalization it names."""
    words: dict[UUID, list[str]] = {}
    for error in rejected.errors:
        index = error.personalization
        if index is not None and index < len(claim.messages):
            words.setdefault(claim.messages[index].message_id, []).append(str(error))
    return {message_id: "; ".join(said) for message_id, said in words.items()}
