from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from retention.database import connect
from retention.ledger.claims import (
    Claim,
    ClaimedMessage,
    ClaimLostError,
    Envelope,
    Wanted,
    claim_messages,
)
from retention.ledger.messages import count_messages
from retention.ledger.requests import (
    Answer,
    accept_request,
    mark_request_unknown,
    reject_request,
    return_request,
    settle_stale_requests,
    submit_claim,
)
from retention.ledger.statements import execute
from retention.ledger.states import RequestState
from tests.integration.ledger.warehouse import NOW, decision, plan

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

LATER = NOW + timedelta(minutes=20)
NOT_SENT = Answer(RequestState.NOT_SENT, error="not connected")


def claim(connection: psycopg.Connection, now: datetime = NOW, **changes: Any) -> Claim | None:
    wanted = {"due_until": NOW, "most": 500, "sender": "shop@example.com"} | changes
    return claim_messages(connection, Wanted(**wanted), now)


def submit(connection: psycopg.Connection, claimed: Claim) -> None:
    submit_claim(
        connection, claimed, Envelope("shop@example.com", f"batch-{uuid4()}", "d-1", 7), NOW
    )


def test_a_claim_holds_one_campaign_language_and_purpose(ledger: psycopg.Connection) -> None:
    groups = [("winback", "en"), ("winback", "fi"), ("second_purchase", "en")]
    plan(
        ledger,
        (
            decision(f"{campaign}-{locale}-{i}", campaign=campaign, locale=locale)
            for campaign, locale in groups
            for i in range(3)
        ),
    )
    claims = [claim(ledger), claim(ledger), claim(ledger)]
    assert {(each.campaign, each.locale) for each in claims} == set(groups)
    assert [len(each.messages) for each in claims] == [3, 3, 3]
    assert claim(ledger) is None


def test_transactional_mail_goes_first(ledger: psycopg.Connection) -> None:
    plan(
        ledger,
        [
            decision(1, send_at=NOW - timedelta(hours=9)),
            decision(2, campaign="order_received", kind="transactional", purpose="orders"),
        ],
    )
    assert claim(ledger).campaign == "order_received"


@pytest.mark.parametrize(
    ("changes", "is_claimed"),
    [
        ({"send_at": NOW}, True),
        ({"send_at": NOW + timedelta(seconds=1)}, False),
        ({"send_at": NOW - timedelta(days=1), "not_after": NOW + timedelta(seconds=1)}, True),
    ],
)
def test_only_what_is_due_and_not_too_late_is_claimed(
    ledger: psycopg.Connection, changes: dict, *, is_claimed: bool
) -> None:
    plan(ledger, [decision(1, **changes)])
    assert (claim(ledger) is not None) == is_claimed


def test_a_message_that_has_expired_is_not_claimed(ledger: psycopg.Connection) -> None:
    plan(ledger, [decision(1, not_after=NOW + timedelta(minutes=1))])
    assert claim(ledger, now=NOW + timedelta(minutes=1)) is None


def test_an_address_is_claimed_once_at_a_time_whatever_its_letter_case(
    ledger: psycopg.Connection,
) -> None:
    plan(ledger, [decision(1, email="Aino@example.com"), decision(2, email="aino@example.com")])
    assert len(claim(ledger).messages) == 1
    assert len(claim(ledger).messages) == 1


def test_concurrent_workers_never_share_a_message(ledger: psycopg.Connection) -> None:
    plan(ledger, (decision(i) for i in range(1000)))

    def work(_: int) -> list[str]:
        taken = []
        with connect() as connection:
            while claimed := claim(connection, most=7):
                taken += [str(message.message_id) for message in claimed.messages]
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = Counter(message for worker in pool.map(work, range(4)) for message in worker)
    assert len(taken) == 1000
    assert set(taken.values()) == {1}


def test_a_stale_claim_is_planned_again(ledger: psycopg.Connection) -> None:
    plan(ledger, [decision(1)])
    claim(ledger)
    assert _settle_stale(ledger, LATER)[RequestState.CLAIMED] == 1
    assert count_messages(ledger) == {"planned": 1}


def test_a_stale_submission_becomes_unknown_and_is_never_claimed(
    ledger: psycopg.Connection,
) -> None:
    plan(ledger, [decision(1)])
    submit(ledger, claim(ledger))
    assert _settle_stale(ledger, LATER)[RequestState.SUBMITTING] == 1
    assert count_messages(ledger) == {"unknown": 1}
    assert claim(ledger) is None


def test_a_request_within_its_lease_is_left_alone(ledger: psycopg.Connection) -> None:
    plan(ledger, [decision(1), decision(2, locale="fi")])
    claim(ledger)
    submit(ledger, claim(ledger))
    assert set(_settle_stale(ledger, NOW + timedelta(minutes=5)).values()) == {0}
    assert count_messages(ledger) == {"claimed": 1, "submitting": 1}


def test_a_worker_that_was_too_slow_cannot_submit_what_another_has_taken(
    ledger: psycopg.Connection,
) -> None:
    plan(ledger, [decision(1)])
    slow = claim(ledger)
    _settle_stale(ledger, LATER)
    quick = claim(ledger, now=LATER)
    with pytest.raises(ClaimLostError):
        submit(ledger, slow)
    return_request(ledger, slow.request_id, NOT_SENT, LATER)
    submit(ledger, quick)
    assert count_messages(ledger) == {"submitting": 1}


def test_a_claim_from_which_a_message_was_withdrawn_is_not_submitted(
    ledger: psycopg.Connection,
) -> None:
    plan(ledger, [decision(1), decision(2)])
    claimed = claim(ledger)
    ledger.execute(
        "update ledger.messages set state = 'cancelled', cancelled_at = now(),"
        " state_reason = 'bought meanwhile' where customer_id = 'customer-1'"
    )
    with pytest.raises(ClaimLostError):
        submit(ledger, claimed)
    return_request(ledger, claimed.request_id, NOT_SENT, NOW)
    assert count_messages(ledger) == {"planned": 1, "cancelled": 1}


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Answer(RequestState.ACCEPTED, 202, "sg-1"), "accepted"),
        (Answer(RequestState.NOT_SENT, 429, error="too many requests"), "planned"),
    ],
)
def test_a_late_but_certain_answer_settles_an_unknown_request(
    ledger: psycopg.Connection, answer: Answer, state: str
) -> None:
    plan(ledger, [decision(1)])
    claimed = claim(ledger)
    submit(ledger, claimed)
    _settle_stale(ledger, LATER)
    record = accept_request if state == "accepted" else return_request
    record(ledger, claimed.request_id, answer, LATER)
    assert count_messages(ledger) == {state: 1}
    assert _request_states(ledger) == [answer.state]


def test_a_late_answer_cannot_touch_a_message_that_another_request_carries(
    ledger: psycopg.Connection,
) -> None:
    plan(ledger, [decision(1)])
    first = claim(ledger)
    submit(ledger, first)
    return_request(ledger, first.request_id, NOT_SENT, NOW)
    second = claim(ledger)
    submit(ledger, second)
    mark_request_unknown(
        ledger, first.request_id, Answer(RequestState.UNKNOWN, error="timed out"), NOW
    )
    assert count_messages(ledger) == {"submitting": 1}


def test_a_rejected_message_keeps_the_error_text_and_the_others_are_planned(
    ledger: psycopg.Connection,
) -> None:
    plan(ledger, (decision(i) for i in range(3)))
    claimed = claim(ledger)
    submit(ledger, claimed)
    reasons = {claimed.messages[1].message_id: "Does not contain a valid address."}
    answer = Answer(RequestState.REJECTED, 400, error="one address")
    reject_request(ledger, claimed.request_id, answer, reasons, NOW)
    assert count_messages(ledger) == {"planned": 2, "rejected": 1}
    told = ledger.execute(
        "select message_id, state_reason from ledger.messages where state = 'rejected'"
    )
    assert dict(told.fetchall()) == reasons


def test_the_attempts_of_a_message_are_counted(ledger: psycopg.Connection) -> None:
    plan(ledger, [decision(1)])
    for expected in (1, 2, 3):
        claimed = claim(ledger)
        assert claimed.messages[0].attempt == expected
        submit(ledger, claimed)
        return_request(ledger, claimed.request_id, NOT_SENT, NOW)


def _settle_stale(connection: psycopg.Connection, now: Any) -> dict[RequestState, int]:
    lease_began = now - timedelta(minutes=15)
    return settle_stale_requests(connection, lease_began=lease_began, now=now)


def _request_states(connection: psycopg.Connection) -> list[str]:
    return [state for (state,) in connection.execute("select state from ledger.requests")]


def test_a_claim_returns_the_columns_of_a_message_in_their_order(
    ledger: psycopg.Connection,
) -> None:
    moments = {"now": NOW, "due_until": NOW, "cancel_lead_ends_at": NOW}
    cursor = execute(ledger, "claim_messages", most=1, sender="s", stopped_campaigns=[], **moments)
    assert tuple(column.name for column in cursor.description) == ClaimedMessage._fields
