"""An answer that the database did not take at first is recorded all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from retention.database import connect
from retention.delivery import recording, worker
from retention.delivery.protocol import deliver
from retention.delivery.sendgrid import SendGrid
from retention.delivery.settings import DeliverySettings, Sender
from retention.ledger.messages import count_messages
from tests.integration.delivery.conftest import API_KEY
from tests.integration.delivery.faulty_server import ACCEPTED, faulty_server
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


def test_an_acceptance_survives_the_loss_of_the_connection_to_the_database(
    remembered: psycopg.Connection,
) -> None:
    plan(remembered, [decision(1)])

    def accept_and_cut_off(sendgrid: socket.socket) -> None:
        remembered.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where pid <> pg_backend_pid() and datname = current_database()"
        )
        sendgrid.sendall(ACCEPTED)

    with (
        faulty_server(accept_and_cut_off) as server,
        pytest.raises(psycopg.OperationalError),  # of the next claim
    ):
        run(server)
    assert count_messages(remembered) == {"accepted": 1}
    assert len(server.bodies) == 1


def test_an_acceptance_survives_a_deadlock(
    remembered: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(remembered, [decision(1)])
    original, failures = recording.record_outcome, [1, 2]

    def record(*arguments: Any) -> None:
        if failures:
            failures.pop()
            raise psycopg.errors.DeadlockDetected
        original(*arguments)

    monkeypatch.setattr(worker, "record_outcome", record)
    monkeypatch.setattr(recording, "record_outcome", record)
    with faulty_server() as server:
        assert run(server).accepted == 1
    assert count_messages(remembered) == {"accepted": 1}
