"""The life of one HTTP request and its messages: submitted, then closed.

Every function is one transition of the state machine in `states`; those that change a request and
its messages do both in one transaction. `claims` comes before; `reconciliation` follows when there
is no response.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from retention.ledger.acceptance import accept_messages
from retention.ledger.claims import ClaimLostError, divide_claim
from retention.ledger.pre_send_check import PreSendCheck, withdraw
from retention.ledger.statements import execute
from retention.ledger.states import RequestState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    import psycopg

    from retention.ledger.claims import Claim, Envelope

ABANDONED = "the worker stopped responding before it submitted"
LOST = "the worker stopped responding between submitting and recording the response"
WITHDRAWN = "all its messages were withdrawn by the pre-send check"


@dataclass(frozen=True)
class Answer:
    """How a request ended, for its row.

    Attributes:
        state: its new state.
        http_status: the status of the response; None when there was none.
        sendgrid_message_id: `X-Message-Id` of an acceptance.
        error: what went wrong; without addresses.
        fell_silent_at: when its worker was found silent (aware), so that the response is not known
            and the call may still follow.
    """

    state: RequestState
    http_status: int | None = None
    sendgrid_message_id: str | None = None
    error: str | None = None
    fell_silent_at: datetime | None = None


def submit_claim(
    connection: psycopg.Connection,
    claim: Claim,
    envelope: Envelope,
    now: datetime,
    check: PreSendCheck | None = None,
) -> Claim:
    """Make the pre-send check, and commit that the remaining messages may leave from now on.

    Returns:
        The claim without the withdrawn messages; if none remain, its request is closed.

    Raises:
        ClaimLostError: some messages no longer belong to this worker; nothing has changed.
    """
    with connection.transaction():
        # The request first: all transactions lock it before its messages.
        _submit_request(connection, claim, envelope, now)
        left = claim.without(
            withdraw(connection, claim, check or PreSendCheck(), now, envelope.late)
        )
        moved = execute(connection, "submit_messages", request_id=claim.request_id, now=now)
        if moved.rowcount != len(left.messages):
            message = f"request {claim.request_id}: {moved.rowcount} of {len(left.messages)} left"
            raise ClaimLostError(message)
        if envelope.late:
            _postpone(connection, left, envelope)
        if not left.messages:
            answer = Answer(RequestState.NOT_SENT, error=WITHDRAWN)
            _close_request(connection, claim.request_id, answer, now)
    return replace(left, envelope=envelope)


def accept_request(
    connection: psycopg.Connection, request_id: UUID, answer: Answer, now: datetime
) -> bool:
    """Record that SendGrid has all messages of the request; return False if already settled."""
    with connection.transaction():
        is_closed = _close_request(connection, request_id, answer, now)
        if is_closed:
            accept_messages(connection, request_id, now)
    return is_closed


def reject_request(
    connection: psycopg.Connection,
    request_id: UUID,
    answer: Answer,
    reasons: Mapping[UUID, str],
    now: datetime,
) -> None:
    """Record that SendGrid took nothing: messages with a reason are rejected, the rest planned."""
    with connection.transaction():
        if not _close_request(connection, request_id, answer, now):
            return
        if reasons:
            execute(
                connection,
                "reject_messages",
                request_id=request_id,
                message_ids=list(reasons.keys()),
                reasons=list(reasons.values()),
                now=now,
            )
        execute(connection, "return_messages", request_id=request_id)


def return_request(
    connection: psycopg.Connection, request_id: UUID, answer: Answer, now: datetime
) -> None:
    """Record the proof that SendGrid took nothing: all messages are planned again."""
    reject_request(connection, request_id, answer, {}, now)


def divide_request(
    connection: psycopg.Connection, claim: Claim, answer: Answer, now: datetime
) -> list[Claim]:
    """Record that SendGrid took nothing, and claim each half, or a single message, again.

    Raises:
        ClaimLostError: some messages no longer belong to this worker; nothing has changed.
    """
    with connection.transaction():
        if not _close_request(connection, claim.request_id, answer, now):
            message = f"request {claim.request_id} was settled by another process"
            raise ClaimLostError(message)
        return divide_claim(connection, claim, now)


def mark_request_unknown(
    connection: psycopg.Connection, request_id: UUID, answer: Answer, now: datetime
) -> bool:
    """Record that the messages may or may not have left; return False if already settled."""
    with connection.transaction():
        is_closed = _close_request(connection, request_id, answer, now)
        if is_closed:
            execute(
                connection,
                "mark_messages_unknown",
                request_id=request_id,
                reason=answer.error,
                now=now,
            )
    return is_closed


def settle_stale_requests(
    connection: psycopg.Connection, *, lease_began: datetime, now: datetime
) -> dict[RequestState, int]:
    """Settle requests whose worker has been silent since before `lease_began` (aware).

    Messages that were only claimed are planned again. Messages that were being submitted become
    unknown: they may have left, so they are not sent again.

    Returns:
        The number of settled requests, by the state in which they were found.
    """
    found = {RequestState.CLAIMED: 0, RequestState.SUBMITTING: 0}
    with connection.transaction():
        for row in execute(connection, "find_stale_requests", lease_began=lease_began).fetchall():
            found[RequestState(row.state)] += 1
            if row.state == RequestState.CLAIMED:
                answer = Answer(RequestState.NOT_SENT, error=ABANDONED)
                return_request(connection, row.request_id, answer, now)
            else:
                answer = Answer(RequestState.UNKNOWN, error=LOST, fell_silent_at=now)
                mark_request_unknown(connection, row.request_id, answer, now)
    return found


def _submit_request(
    connection: psycopg.Connection, claim: Claim, envelope: Envelope, now: datetime
) -> None:
    moved = execute(
        connection,
        "submit_request",
        request_id=claim.request_id,
        batch_id=envelope.batch_id,
        template_id=envelope.template_id,
        unsubscribe_group_id=envelope.unsubscribe_group_id,
        first_release_at=envelope.first_release_at,
        last_release_at=envelope.last_release_at,
        now=now,
    )
    if moved.rowcount != 1:
        message = f"request {claim.request_id} was settled: its worker was silent for too long"
        raise ClaimLostError(message)


def _postpone(connection: psycopg.Connection, claim: Claim, envelope: Envelope) -> None:
    """Record the release time of late messages: they count for that day, not the planned one."""
    execute(
        connection,
        "postpone_messages",
        request_id=claim.request_id,
        message_ids=list(envelope.late),
        release_ats=list(envelope.late.values()),
    )


def _close_request(
    connection: psycopg.Connection, request_id: UUID, answer: Answer, now: datetime
) -> bool:
    """Close the request, unless another process has settled it; return whether it was closed."""
    closed = execute(
        connection,
        "close_request",
        request_id=request_id,
        state=answer.state,
        http_status=answer.http_status,
        sendgrid_message_id=answer.sendgrid_message_id,
        error=answer.error,
        fell_silent_at=answer.fell_silent_at,
        now=now,
    )
    return closed.rowcount == 1
