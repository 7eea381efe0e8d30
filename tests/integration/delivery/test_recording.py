"""A response that the database could not record at first is recorded in the end."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import psycopg
import pytest

from retention.database import connect
from retention.delivery import recording, submission, worker
from retention.delivery.protocol import deliver
from retention.delivery.settings import DeliverySettings, Sender
from retention.ledger.messages import count_messages
from retention.sendgrid.client import SendGrid
from tests.integration.delivery.conftest import API_KEY
from tests.integration.delivery.faulty_server import ACCEPTED, answer, faulty_server
from tests.integration.ledger.warehouse import NOW, decision, plan

if TYPE_CHECKING:
    import socket
    from typing import Any

    from retention.delivery.report import DeliveryReport
    from tests.integration.delivery.faulty_server import FaultyServer

SETTINGS = DeliverySettings(Sender("shop@example.com", "Shop"), concurrency=1)


def run(server: FaultyServer) -> DeliveryReport:
    with SendGrid(API_KEY, server.url) as client:
        return deliver(connect, client, SETTINGS, now=NOW, due_until=NOW)


def cut_off(connection: psycopg.Connection) -> None:
    """End all other connections to the database."""
    connection.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where pid <> pg_backend_pid() and datname = current_database()"
    )


def test_an_acceptance_survives_the_loss_of_the_connection_to_the_database(
    remembered: psycopg.Connection,
) -> None:
    plan(remembered, [decision(1)])

    def accept_and_cut_off(sendgrid: socket.socket) -> None:
        cut_off(remembered)
        sendgrid.sendall(ACCEPTED)

    with (
        faulty_server(accept_and_cut_off) as server,
        pytest.raises(psycopg.OperationalError),  # of the next claim
    ):
        run(server)
    assert count_messages(remembered) == {"accepted": 1}
    assert len(server.bodies) == 1


NAMES_NOTHING = b'{"errors": [{"message": "no", "field": null}]}'
NAMES_THE_TEMPLATE = b'{"errors": [{"message": "no", "field": "template_id"}]}'


@pytest.mark.parametrize("body", [NAMES_NOTHING, NAMES_THE_TEMPLATE])
def test_a_rejection_survives_the_loss_of_the_connection_to_the_database(
    remembered: psycopg.Connection, body: bytes
) -> None:
    plan(remembered, [decision(1), decision(2)])
    reject = answer("400 Bad Request", body)

    def reject_and_cut_off(sendgrid: socket.socket) -> None:
        cut_off(remembered)
        reject(sendgrid)

    with faulty_server(reject_and_cut_off, reject) as server, suppress(psycopg.OperationalError):
        run(server)
    assert count_messages(remembered) == {"planned": 2}


def test_a_submission_lost_by_the_database_before_the_call_is_planned_again(
    remembered: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(remembered, [decision(1)])
    original = submission.submit_claim

    def submit_and_lose_the_answer(*arguments: Any) -> Any:
        original(*arguments)
        cut_off(remembered)
        raise psycopg.OperationalError

    monkeypatch.setattr(submission, "submit_claim", submit_and_lose_the_answer)
    with faulty_server() as server, pytest.raises(psycopg.OperationalError):
        run(server)
    assert server.bodies == []
    assert count_messages(remembered) == {"planned": 1}


@pytest.mark.parametrize(
    "failure", [psycopg.errors.DeadlockDetected, psycopg.errors.ReadOnlySqlTransaction]
)
def test_an_acceptance_survives_an_error_of_the_database(
    remembered: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    failure: type[psycopg.Error],
) -> None:
    plan(remembered, [decision(1)])
    original, failures = recording.record_outcome, [1, 2]

    def record(*arguments: Any) -> None:
        if failures:
            failures.pop()
            raise failure
        original(*arguments)

    monkeypatch.setattr(worker, "record_outcome", record)
    monkeypatch.setattr(recording, "record_outcome", record)
    with faulty_server() as server:
        assert run(server).accepted == 1
    assert count_messages(remembered) == {"accepted": 1}


LOST_SUBMISSION = """
    update ledger.messages set state = 'claimed', submitting_at = null, attempts = 0;
    update ledger.requests set state = 'claimed', submitting_at = null, batch_id = null;
"""
LOST_CLAIM = """
    update ledger.messages
    set state = 'planned', submitting_at = null, claimed_at = null, attempts = 0, request_id = null;
    delete from ledger.requests;
"""


@pytest.mark.parametrize("lost", [LOST_SUBMISSION, LOST_CLAIM])
@pytest.mark.parametrize(
    ("status", "state"), [("202 Accepted", "accepted"), ("500 Internal Server Error", "unknown")]
)
def test_messages_forgotten_by_a_failed_over_database_are_not_sent_again(
    remembered: psycopg.Connection,
    caplog: pytest.LogCaptureFixture,
    lost: str,
    status: str,
    state: str,
) -> None:
    plan(remembered, [decision(1), decision(2)])

    def answer_and_forget(sendgrid: socket.socket) -> None:
        remembered.execute(lost)
        answer(status, b"", "X-Message-Id: sg-1")(sendgrid)

    with faulty_server(answer_and_forget) as server:
        run(server)
        run(server)
    assert count_messages(remembered) == {state: 2}
    assert len(server.bodies) == 1
    (request,) = remembered.execute("select batch_id, message_count, state from ledger.requests")
    assert request == ("batch-0", 2, state)
    assert "2 of its 2 messages are recorded again" in caplog.text
