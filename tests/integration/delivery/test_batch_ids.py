from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

import orjson
import pytest

from retention.database import connect
from retention.delivery.protocol import deliver
from retention.delivery.report import DeliveryInterruptedError, DeliveryRefusedError
from retention.delivery.settings import DeliverySettings, Sender
from retention.ledger.messages import count_messages
from retention.ledger.templates import PushedTemplate, remember_template
from retention.sendgrid.client import SendGrid
from tests.integration.delivery.conftest import API_KEY
from tests.integration.delivery.faulty_server import Fault, answer, faulty_server
from tests.integration.ledger.warehouse import NOW, decision, plan

if TYPE_CHECKING:
    import socket

    import psycopg

    from retention.delivery.report import DeliveryReport

SETTINGS = DeliverySettings(
    Sender("shop@example.com", "Shop"), concurrency=2, patience=timedelta(0)
)
ACCEPT = answer("202 Accepted", b"", "X-Message-Id: sg-1")
FAILURE = answer("500 Internal Server Error")


class Batches:
    """Gives out batch ids and counts them; optionally fails from the second one on."""

    def __init__(self, later: Fault | None = None) -> None:
        self.later = later
        self.asked = 0
        self._numbers = count(1)
        self._changed = threading.Condition()

    def __call__(self, connection: socket.socket) -> None:
        with self._changed:
            self.asked = number = next(self._numbers)
            self._changed.notify_all()
        given = answer("201 Created", b'{"batch_id": "batch-%d"}' % number)
        (given if self.later is None or number == 1 else self.later)(connection)

    def wait_for(self, number: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.asked >= number, timeout=10)


def run(url: str, settings: DeliverySettings = SETTINGS) -> DeliveryReport:
    with SendGrid(API_KEY, url, read_seconds=20) as client:
        return deliver(connect, client, settings, now=NOW, due_until=NOW)


def one_request_each(connection: psycopg.Connection, number_of_requests: int) -> None:
    names = [f"campaign-{number}" for number in range(number_of_requests)]
    for name in names:
        remember_template(connection, name, "en", PushedTemplate("d-1", "v-1", "hash"), NOW)
    plan(connection, (decision(number, campaign=name) for number, name in enumerate(names)))


def test_the_next_batch_id_is_requested_while_a_mail_is_in_flight(
    remembered: psycopg.Connection,
) -> None:
    batches = Batches()

    def answer_once_a_spare_is_asked_for(connection: socket.socket) -> None:
        # One for the first request and one for each of two threads; the fourth is a spare.
        (ACCEPT if batches.wait_for(4) else FAILURE)(connection)

    one_request_each(remembered, 5)
    with faulty_server(ACCEPT, answer_once_a_spare_is_asked_for, batch_faults=(batches,)) as server:
        assert run(server.url).accepted == 5
    assert len({orjson.loads(body)["batch_id"] for body in server.bodies}) == 5


def test_the_first_request_needs_only_its_own_batch_id(
    remembered: psycopg.Connection,
) -> None:
    batches = Batches()
    one_request_each(remembered, 1)
    with faulty_server(ACCEPT, batch_faults=(batches,)) as server:
        assert run(server.url).accepted == 1
    assert batches.asked == 1


def test_a_run_of_one_request_at_a_time_makes_no_other_call_meanwhile(
    remembered: psycopg.Connection,
) -> None:
    batches = Batches()
    one_request_each(remembered, 4)
    with faulty_server(ACCEPT, batch_faults=(batches,)) as server:
        assert run(server.url, replace(SETTINGS, concurrency=1)).accepted == 4
    assert batches.asked == 4


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (answer("401 Unauthorized"), DeliveryRefusedError),
        (FAILURE, DeliveryInterruptedError),
        (answer("429 Too Many Requests"), DeliveryInterruptedError),
    ],
)
def test_a_batch_id_that_is_refused_ends_the_run_and_all_stays_planned(
    remembered: psycopg.Connection, fault: Fault, expected: type[Exception]
) -> None:
    batches = Batches(later=fault)
    one_request_each(remembered, 5)
    with (
        faulty_server(ACCEPT, batch_faults=(batches,)) as server,
        pytest.raises(expected, match="all messages stay planned"),
    ):
        run(server.url)
    assert len(server.bodies) == 1
    assert count_messages(remembered) == {"accepted": 1, "planned": 4}
