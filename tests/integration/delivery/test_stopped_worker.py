"""A worker that is stopped between its commit and its call, and goes on much later."""

from __future__ import annotations

import threading
import time
from functools import partial
from itertools import chain, repeat
from typing import TYPE_CHECKING

import pytest

from retention.database import connect
from retention.delivery import protocol
from retention.delivery.breaker import Breaker
from retention.delivery.recording import record_outcome
from retention.delivery.report import DeliveryInterruptedError
from retention.delivery.run import Run
from retention.delivery.settings import DeliverySettings, Sender
from retention.delivery.submission import submit
from retention.ledger.claims import Claim, Wanted, claim_messages
from retention.ledger.messages import count_messages
from retention.ledger.templates import PushedTemplate, remember_template
from retention.sendgrid.client import NotSentError, SendGrid
from retention.sendgrid.outcomes import Accepted, NotSent
from tests.integration.delivery.conftest import API_KEY
from tests.integration.delivery.faulty_server import ACCEPTED, faulty_server
from tests.integration.ledger.warehouse import NOW, decision, plan

if TYPE_CHECKING:
    import socket

    import psycopg

    from retention.sendgrid.outcomes import Outcome
    from tests.integration.delivery.conftest import Since

SETTINGS = DeliverySettings(Sender("shop@example.com", "Shop"))


def submit_one(
    connection: psycopg.Connection, client: SendGrid, seconds_stopped: float
) -> tuple[Claim, Outcome]:
    """Submit with a worker that is stopped for some seconds after its commit."""
    plan(connection, [decision(1)])
    run = Run(client, SETTINGS, lambda: NOW, NOW, Breaker(SETTINGS))
    run.wall_clock = chain([1000.0], repeat(1000.0 + seconds_stopped)).__next__
    claim = claim_messages(connection, Wanted(NOW, 500, "shop@example.com"), NOW)
    return submit(connection, run, claim)


@pytest.mark.parametrize("seconds", [61, 86_400, -61])
def test_a_worker_that_was_stopped_after_its_commit_posts_nothing(
    pushed: psycopg.Connection, sandbox: SendGrid, audit: Since, seconds: float
) -> None:
    claim, outcome = submit_one(pushed, sandbox, seconds)
    assert isinstance(outcome, NotSent)
    assert audit["messages"] == 0
    record_outcome(pushed, claim, outcome, NOW)
    assert count_messages(pushed) == {"planned": 1}


def test_a_refused_request_writes_nothing_to_its_open_connection() -> None:
    def refuse() -> None:
        message = "too late"
        raise NotSentError(message)

    with faulty_server() as server, SendGrid(API_KEY, server.url) as client:
        assert client.submit(b"{}", refuse) == NotSent("too late")
        assert server.bodies == []
        client.submit(b"{}")
        assert server.bodies == [b"{}"]


def test_a_merely_slow_worker_posts(
    pushed: psycopg.Connection, sandbox: SendGrid, audit: Since
) -> None:
    assert isinstance(submit_one(pushed, sandbox, 59)[1], Accepted)
    assert audit["messages"] == 1


@pytest.mark.parametrize("seconds", [61, 86_400, -61])
def test_a_run_that_was_stopped_between_two_requests_ends(
    remembered: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    plan(remembered, [decision(1), decision(2, locale="fi")])
    remember_template(remembered, "winback", "fi", PushedTemplate("d-1", "v-1", "hash"), NOW)
    stopped = threading.Event()
    monkeypatch.setattr(
        protocol, "Run", partial(Run, wall_clock=lambda: time.time() + seconds * stopped.is_set())
    )

    def accept(connection: socket.socket) -> None:
        stopped.set()
        connection.sendall(ACCEPTED)

    with (
        faulty_server(accept) as server,
        SendGrid(API_KEY, server.url) as client,
        pytest.raises(DeliveryInterruptedError, match="stood still"),
    ):
        protocol.deliver(connect, client, SETTINGS, now=NOW, due_until=NOW)
    assert count_messages(remembered) == {"accepted": 1, "planned": 1}
