"""The number of requests that a run makes, at once and in total."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from retention.database import connect
from retention.delivery.protocol import deliver
from retention.delivery.report import DeliveryInterruptedError
from retention.delivery.settings import DeliverySettings, Sender
from retention.ledger.messages import count_messages
from retention.ledger.templates import PushedTemplate, remember_template
from retention.sendgrid.client import SendGrid
from tests.integration.delivery.conftest import API_KEY
from tests.integration.delivery.faulty_server import ACCEPTED, answer, faulty_server
from tests.integration.delivery.faulty_server import send as say
from tests.integration.ledger.warehouse import NOW, decision, plan

if TYPE_CHECKING:
    import socket
    from datetime import datetime

    import psycopg

    from retention.delivery.report import DeliveryReport

SETTINGS = DeliverySettings(Sender("shop@example.com", "Shop"), patience=timedelta(seconds=2))
ACCEPT = answer("202 Accepted", b"", "X-Message-Id: sg-1")
NAMES_NOTHING = b'{"errors": [{"message": "Bad Request", "field": null, "help": null}]}'
NAMES_TEMPLATE = b'{"errors": [{"message": "no such template", "field": "template_id"}]}'
# By SendGrid's own clock, which is a day behind ours.
RESET_IN_A_QUARTER_HOUR = ("Date: Sun, 01 Mar 2026 06:00:00 GMT", "X-RateLimit-Reset: 1772345700")


def run(url: str, now: datetime = NOW, **changes: Any) -> DeliveryReport:
    settings = replace(SETTINGS, **changes)
    with SendGrid(API_KEY, url, read_seconds=20) as client:
        return deliver(connect, client, settings, now=now, due_until=now)


def one_request_each(connection: psycopg.Connection, count: int) -> None:
    """Plan messages that cannot share a request."""
    for number in range(count):
        template = PushedTemplate("d-1", "v-1", "hash")
        remember_template(connection, f"campaign-{number}", "en", template, NOW)
    plan(connection, (decision(number, campaign=f"campaign-{number}") for number in range(count)))


def test_four_requests_are_in_flight_at_once(remembered: psycopg.Connection) -> None:
    meeting = threading.Barrier(4)

    def meet(connection: socket.socket) -> None:
        meeting.wait(timeout=20)  # no response before all four requests have arrived
        ACCEPT(connection)

    one_request_each(remembered, 5)
    with faulty_server(ACCEPT, meet) as server:
        assert run(server.url).accepted == 5


def test_a_fifth_request_waits_for_one_of_the_four(remembered: psycopg.Connection) -> None:
    meeting = threading.Barrier(4)
    asked: list[int] = []

    def stay(connection: socket.socket) -> None:
        meeting.wait(timeout=5)
        time.sleep(0.3)  # in which a fifth would come
        asked.append(len(server.bodies))
        meeting.wait(timeout=5)
        ACCEPT(connection)

    one_request_each(remembered, 9)
    with faulty_server(ACCEPT, stay) as server:
        assert run(server.url).accepted == 9
    assert asked == [5] * 4 + [9] * 4  # after the one that goes alone


def test_a_run_begins_with_one_request_alone(remembered: psycopg.Connection) -> None:
    looked = threading.Event()

    def wait(connection: socket.socket) -> None:
        looked.wait(timeout=20)
        ACCEPT(connection)

    one_request_each(remembered, 8)
    with faulty_server(wait, ACCEPT) as server, ThreadPoolExecutor(1) as pool:
        running = pool.submit(run, server.url)
        assert server.posted.wait(timeout=20)
        assert count_messages(remembered) == {"submitting": 1, "planned": 7}
        looked.set()
        assert running.result().accepted == 8


@pytest.mark.parametrize("headers", [("Retry-After: 900",), RESET_IN_A_QUARTER_HOUR])
def test_a_spent_rate_limit_is_shared_by_all_threads(
    remembered: psycopg.Connection, headers: tuple[str, ...]
) -> None:
    one_request_each(remembered, 8)
    spent = answer("202 Accepted", b"", "X-Message-Id: sg-1", "X-RateLimit-Remaining: 0", *headers)
    with (
        faulty_server(spent) as server,
        pytest.raises(DeliveryInterruptedError, match="rate limit is reached"),
    ):
        run(server.url)
    assert len(server.bodies) == 1
    assert count_messages(remembered) == {"accepted": 1, "planned": 7}


def test_a_rate_limit_that_is_not_spent_holds_up_nobody(remembered: psycopg.Connection) -> None:
    one_request_each(remembered, 3)
    left = answer(
        "202 Accepted", b"", "X-Message-Id: sg-1", "X-RateLimit-Remaining: 1", "Retry-After: 900"
    )
    with faulty_server(left) as server:
        assert run(server.url).accepted == 3


def test_the_hourly_budget_is_counted_over_all_runs(remembered: psycopg.Connection) -> None:
    plan(remembered, (decision(i) for i in range(10)))
    with faulty_server() as server:
        assert run(server.url, hourly_budget=7).accepted == 7
        assert run(server.url, hourly_budget=7, now=NOW + timedelta(minutes=59)).accepted == 0
        assert run(server.url, hourly_budget=7, now=NOW + timedelta(minutes=61)).accepted == 3


def test_concurrent_workers_share_the_hourly_budget(remembered: psycopg.Connection) -> None:
    plan(remembered, (decision(i, locale="en") for i in range(50)))
    with faulty_server() as server, ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(run, server.url, hourly_budget=20) for _ in range(4)]
        assert sum(each.result().accepted for each in runs) == 20


def test_a_sender_has_a_budget_of_its_own(remembered: psycopg.Connection) -> None:
    plan(remembered, (decision(i) for i in range(10)))
    with faulty_server() as server:
        run(server.url, hourly_budget=7)
        other = Sender("other@example.com", "Shop")
        assert run(server.url, hourly_budget=7, sender=other).accepted == 3


def test_messages_that_were_certainly_not_sent_cost_no_budget(
    remembered: psycopg.Connection,
) -> None:
    plan(remembered, (decision(i) for i in range(5)))
    limited = answer("429 Too Many Requests", b"", "Retry-After: 1")
    with faulty_server(limited, ACCEPT) as server:
        assert run(server.url, hourly_budget=5).accepted == 5


class Refuser:
    """Responds 400 to every request with one of these addresses, and does not name it."""

    def __init__(self, *customers: int) -> None:
        self.addresses = [f"customer-{number}@example.com".encode() for number in customers]
        self.server: Any = None

    def __call__(self, connection: socket.socket) -> None:
        body = self.server.bodies[-1]
        is_bad = any(b'"%s"' % address in body for address in self.addresses)
        (answer("400 Bad Request", NAMES_NOTHING) if is_bad else say(ACCEPTED))(connection)


@pytest.mark.parametrize("bad", [[0], [37], [99], [3, 64]])
def test_the_message_at_fault_is_found_and_all_others_are_sent(
    remembered: psycopg.Connection, bad: list[int]
) -> None:
    plan(remembered, (decision(i) for i in range(100)))
    refuser = Refuser(*bad)
    with faulty_server(refuser) as server:
        refuser.server = server
        report = run(server.url, concurrency=1)
    assert (report.accepted, report.rejected) == (100 - len(bad), len(bad))
    assert report.stopped_campaigns == {}
    assert len(server.bodies) <= 18 * len(bad)
    rejected = remembered.execute(
        "select customer_id, state_reason from ledger.messages where state = 'rejected'"
    ).fetchall()
    assert sorted(rejected) == sorted((f"customer-{number}", "Bad Request") for number in bad)


def test_a_campaign_all_of_whose_messages_are_refused_stops_and_loses_none(
    remembered: psycopg.Connection,
) -> None:
    plan(remembered, (decision(i) for i in range(500)))
    with faulty_server(answer("400 Bad Request", NAMES_NOTHING)) as server:
        report = run(server.url)
    assert report.stopped_campaigns == {"winback": "HTTP 400: Bad Request"}
    assert len(server.bodies) <= 12
    assert count_messages(remembered) == {"planned": 500}


def test_a_template_that_does_not_exist_is_not_searched_for(
    remembered: psycopg.Connection,
) -> None:
    plan(remembered, (decision(i) for i in range(5)))
    with faulty_server(answer("400 Bad Request", NAMES_TEMPLATE)) as server:
        report = run(server.url)
    assert report.stopped_campaigns == {"winback": "HTTP 400: template_id: no such template"}
    assert len(server.bodies) == 1
    assert count_messages(remembered) == {"planned": 5}


def test_a_marketing_mail_can_be_unsubscribed_from_in_one_click(
    remembered: psycopg.Connection,
) -> None:
    from retention.links.settings import PublicSettings
    from retention.links.unsubscribe import read_token

    plan(remembered, [decision(1)])
    public = PublicSettings("https://shop.example.com/retention", "k" * 32)
    with faulty_server() as server:
        run(server.url, public=public)
    (mail,) = orjson.loads(server.bodies[0])["personalizations"]
    assert mail["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    # Nobody reads mail to the sender, so the link stands alone.
    (url,) = mail["headers"]["List-Unsubscribe"].split(", ")
    asked = read_token("k" * 32, url.strip("<>").rsplit("/", 1)[1])
    assert str(asked.message_id) == mail["custom_args"]["paluu_message_id"]
    assert asked.purpose == "offers"


def test_a_receipt_carries_no_unsubscribe_link(remembered: psycopg.Connection) -> None:
    from retention.links.settings import PublicSettings

    plan(remembered, [decision(1, kind="transactional", purpose="orders")])
    with faulty_server() as server:
        run(server.url, public=PublicSettings("https://shop.example.com", "k" * 32))
    (mail,) = orjson.loads(server.bodies[0])["personalizations"]
    assert "headers" not in mail
