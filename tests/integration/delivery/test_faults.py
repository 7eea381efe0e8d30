from __future__ import annotations

import socket
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from retention.database import connect
from retention.delivery.protocol import deliver
from retention.delivery.reconcile import reconcile
from retention.delivery.report import (
    DeliveryInterruptedError,
    DeliveryRefusedError,
)
from retention.delivery.settings import DeliverySettings, Sender
from retention.ledger.messages import count_messages
from retention.ledger.templates import PushedTemplate, remember_template
from retention.sendgrid.account import Account
from retention.sendgrid.client import SendGrid, SendGridError
from retention.sendgrid.outcomes import Accepted, NotSent, Refused, Rejected, Unknown
from tests.integration.delivery.conftest import API_KEY
from tests.integration.delivery.faulty_server import (
    Fault,
    answer,
    close,
    faulty_server,
    hang,
    reset,
    send,
)
from tests.integration.delivery.worker_process import start_worker
from tests.integration.ledger.warehouse import NOW, decision, plan

if TYPE_CHECKING:
    import psycopg

    from retention.delivery.report import DeliveryReport

HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
INDEXED = b'{"errors": [{"message": "bad", "field": "personalizations.0.to", "help": null}]}'
CRYPTIC = b'{"errors": [{"message": "Bad Request", "field": null, "help": null}]}'
CREDITS = b'{"errors": [{"message": "Maximum credits exceeded", "field": null}]}'
AFTER_THE_LEASE = NOW + timedelta(minutes=20)
DATE = "Date: Mon, 02 Mar 2026 06:00:00 GMT"
RESET_IN_ONE_SECOND = "X-RateLimit-Reset: 1772431201"

FAULTS = {
    "accepted": (answer("202 Accepted", b"", "X-Message-Id: sg-1"), Accepted),
    "accepted by nobody known": (answer("202 Accepted"), Unknown),
    "sandbox mode": (answer("200 OK"), Unknown),
    "elsewhere": (answer("302 Found", b"", "Location: http://127.0.0.1:1/"), Unknown),
    "a bad address": (answer("400 Bad Request", INDEXED), Rejected),
    "a bad request": (answer("400 Bad Request", CRYPTIC), Rejected),
    "a bad request in HTML": (answer("400 Bad Request", HTML), Rejected),
    "too large": (answer("413 Content Too Large"), Rejected),
    "no UTF-8": (answer("415 Unsupported Media Type"), Rejected),
    "no credits": (answer("401 Unauthorized", CREDITS), Refused),
    "no sender": (answer("403 Forbidden"), Refused),
    "no such path": (answer("404 Not Found", HTML), Refused),
    "too many requests": (answer("429 Too Many Requests"), NotSent),
    "too slow": (answer("408 Request Timeout"), Unknown),
    "failure": (answer("500 Internal Server Error"), Unknown),
    "bad gateway": (answer("502 Bad Gateway", HTML), Unknown),
    "unavailable": (answer("503 Service Unavailable"), Unknown),
    "gateway timeout": (answer("504 Gateway Timeout", HTML), Unknown),
    "silence": (hang, Unknown),
    "reset": (reset, Unknown),
    "closed": (close, Unknown),
    "half a status line": (send(b"HTTP/1.1 202 Acc"), Unknown),
    "half a head": (send(b"HTTP/1.1 202 Accepted\r\nX-Message-Id: sg-1\r\n"), Unknown),
    "half a body": (send(b"HTTP/1.1 202 Accepted\r\nContent-Length: 9\r\n\r\nhalf"), Unknown),
    "garbage": (send(b"\x00\xff\x17 not HTTP at all\r\n\r\n"), Unknown),
    "garbled encoding": (
        answer("202 Accepted", b"no gzip", "X-Message-Id: sg-1", "Content-Encoding: gzip"),
        Unknown,
    ),
}


def client_of(url: str, read_seconds: float = 0.5) -> SendGrid:
    return SendGrid(API_KEY, url, connect_seconds=0.5, read_seconds=read_seconds)


def run(
    url: str, now: datetime = NOW, until: datetime | None = None, **changes: Any
) -> DeliveryReport:
    settings = {"patience": timedelta(seconds=2)} | changes
    sender = Sender("shop@example.com", "Shop")
    with client_of(url) as client:
        return deliver(
            connect, client, DeliverySettings(sender, **settings), now=now, due_until=until or now
        )


@pytest.mark.parametrize(("fault", "expected"), FAULTS.values(), ids=FAULTS)
def test_an_answer_means_only_what_it_proves(fault: Fault, expected: type) -> None:
    with faulty_server(fault) as server, client_of(server.url) as client:
        outcome = client.submit(b"{}")
    assert isinstance(outcome, expected)
    assert len(server.bodies) == 1  # and it was asked once


def test_a_refused_connection_proves_that_nothing_was_sent() -> None:
    with client_of(f"http://127.0.0.1:{_closed_port()}") as client:
        assert isinstance(client.submit(b"{}"), NotSent)


def test_an_unknown_host_name_proves_that_nothing_was_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PALUU_TEST_MODE")
    with client_of("http://sendgrid.invalid") as client:
        assert isinstance(client.submit(b"{}"), NotSent)


def test_a_failed_handshake_proves_that_nothing_was_sent() -> None:
    with faulty_server() as server, client_of(server.url.replace("http:", "https:")) as client:
        assert isinstance(client.submit(b"{}"), NotSent)
    assert server.bodies == []


def test_an_unconnectable_address_proves_that_nothing_was_sent() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        waiting = [socket.create_connection(full.getsockname()) for _ in range(1)]
        with client_of(url) as client:
            assert isinstance(client.submit(b"{}"), NotSent)
        for each in waiting:
            each.close()


@pytest.mark.parametrize("fault", [hang, reset, close, answer("503 Service Unavailable")])
def test_an_unknown_message_is_never_sent_again(
    remembered: psycopg.Connection, fault: Fault
) -> None:
    plan(remembered, [decision(1)])
    with faulty_server(fault) as server:
        assert run(server.url).unknown == 1
        assert run(server.url).submitted == 0
        assert run(server.url, now=AFTER_THE_LEASE).submitted == 0
    assert len(server.bodies) == 1
    assert count_messages(remembered) == {"unknown": 1}


def test_an_outage_does_not_turn_the_whole_outbox_unknown(
    remembered: psycopg.Connection,
) -> None:
    for campaign in ("coupon", "survey"):
        remember_template(remembered, campaign, "en", PushedTemplate("d-1", "v-1", "hash"), NOW)
    campaigns = ("winback", "coupon", "survey")
    plan(remembered, (decision(i, campaign=campaigns[i % 3]) for i in range(300)))
    with (
        faulty_server(answer("500 Internal Server Error")) as server,
        pytest.raises(DeliveryInterruptedError, match="2 requests in a row"),
    ):
        run(server.url)
    assert count_messages(remembered) == {"unknown": 20, "planned": 280}


def test_a_campaign_without_responses_from_sendgrid_holds_up_nobody_else(
    remembered: psycopg.Connection,
) -> None:
    remember_template(remembered, "survey", "en", PushedTemplate("d-1", "v-1", "hash"), NOW)
    later = NOW + timedelta(minutes=1)
    plan(
        remembered,
        [
            *(decision(i) for i in range(100)),
            *(decision(i, campaign="survey", send_at=later) for i in range(100)),
        ],
    )
    accept = answer("202 Accepted", b"", "X-Message-Id: sg-1")
    with faulty_server(answer("500 Internal Server Error"), accept) as server:
        report = run(server.url, until=later)
    assert "no clear response" in report.stopped_campaigns["winback"]
    assert count_messages(remembered) == {"unknown": 10, "planned": 90, "accepted": 100}


def test_one_lost_answer_holds_up_nobody_else(remembered: psycopg.Connection) -> None:
    plan(remembered, (decision(i, email="home@example.com") for i in range(4)))
    accept = answer("202 Accepted", b"", "X-Message-Id: sg-1")
    with faulty_server(accept, reset, accept, reset) as server:
        run(server.url, concurrency=1)  # or two losses might come in a row
    assert count_messages(remembered) == {"unknown": 2, "accepted": 2}


@pytest.mark.parametrize(
    "fault",
    [hang, reset, answer("500 Internal Server Error"), answer("400 Bad Request"), send(b"?")],
)
def test_without_a_batch_id_no_mail_is_posted_and_all_stays_planned(
    remembered: psycopg.Connection, fault: Fault
) -> None:
    plan(remembered, [decision(1)])
    with (
        faulty_server(batch_faults=(fault,)) as server,
        pytest.raises(DeliveryInterruptedError, match="all messages stay planned"),
    ):
        run(server.url, patience=timedelta(0))
    assert server.bodies == []
    assert count_messages(remembered) == {"planned": 1}


def test_a_rate_limit_is_waited_for_and_then_the_mail_goes_out(
    remembered: psycopg.Connection,
) -> None:
    plan(remembered, [decision(1)])
    limited = answer("429 Too Many Requests", b"", DATE, RESET_IN_ONE_SECOND)
    accept = answer("202 Accepted", b"", "X-Message-Id: sg-1")
    with faulty_server(limited, accept) as server:
        report = run(server.url)
    assert (report.returned, report.accepted) == (1, 1)
    assert _attempts(remembered) == [("accepted", 2)]


@pytest.mark.parametrize(
    "headers",
    [("Retry-After: 900",), ("X-RateLimit-Reset: 1772432000", DATE), ("Retry-After: 0",)],
)
def test_a_rate_limit_longer_than_the_runs_patience_ends_the_run(
    remembered: psycopg.Connection, headers: tuple[str, ...]
) -> None:
    plan(remembered, [decision(1)])
    with (
        faulty_server(answer("429 Too Many Requests", b"", *headers)) as server,
        pytest.raises(DeliveryInterruptedError),
    ):
        run(server.url)
    assert count_messages(remembered) == {"planned": 1}
    assert len(server.bodies) <= 3


def test_spent_credits_trip_the_breaker_and_everything_stays_planned(
    remembered: psycopg.Connection,
) -> None:
    plan(remembered, (decision(i, email="home@example.com") for i in range(3)))
    with (
        faulty_server(answer("401 Unauthorized", CREDITS)) as server,
        pytest.raises(DeliveryRefusedError, match="Maximum credits exceeded"),
    ):
        run(server.url)
    assert len(server.bodies) == 1
    assert count_messages(remembered) == {"planned": 3}


def test_a_rejection_of_the_whole_request_rejects_no_message(
    remembered: psycopg.Connection,
) -> None:
    plan(remembered, (decision(i) for i in range(3)))
    with faulty_server(answer("400 Bad Request", CRYPTIC)) as server:
        report = run(server.url)
    assert report.stopped_campaigns == {"winback": "HTTP 400: Bad Request"}
    assert len(server.bodies) == 4  # all three, the first alone, the other two, the second alone
    assert count_messages(remembered) == {"planned": 3}


def test_a_worker_killed_while_sendgrid_is_silent_leaves_an_unknown_message(
    remembered: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(remembered, [decision(1)])
    with faulty_server(hang) as server:
        _kill_worker_at(server.url, server.posted, monkeypatch)
        assert count_messages(remembered) == {"submitting": 1}
        assert run(server.url).submitted == 0  # its lease has not run out
        report = run(server.url, now=AFTER_THE_LEASE)
    assert (report.lost_requests, report.submitted) == (1, 0)
    assert count_messages(remembered) == {"unknown": 1}
    assert len(server.bodies) == 1


def test_a_worker_killed_before_it_submits_loses_nothing(
    remembered: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(remembered, [decision(1)])
    with faulty_server(batch_faults=(hang,)) as server:
        _kill_worker_at(server.url, server.asked_for_batch, monkeypatch)
        assert count_messages(remembered) == {"claimed": 1}
        server.batch_faults.clear()
        report = run(server.url, now=AFTER_THE_LEASE)
    assert (report.abandoned_requests, report.accepted) == (1, 1)
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    "fault",
    [answer("400 Bad Request", INDEXED), hang, send(b"HTTP/1.1 200 OK\r\n\r\n<html>")],
)
def test_errors_of_other_calls_name_the_call(fault: Fault) -> None:
    with (
        faulty_server(fault) as server,
        client_of(server.url) as client,
        pytest.raises(SendGridError, match=r"POST templates \(winback\.en\)"),
    ):
        Account(client).create_template("winback.en")


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b"7", b'{"messages": [1]}'])
def test_json_of_another_shape_proves_nothing_and_ends_no_reconciliation(
    remembered: psycopg.Connection, body: bytes
) -> None:
    plan(remembered, [decision(1)])
    with faulty_server(reset) as server:
        run(server.url)
    settings = DeliverySettings(Sender("shop@example.com", "Shop"))
    with faulty_server(answer("200 OK", body)) as server, client_of(server.url) as client:
        report = reconcile(remembered, client, settings, NOW + timedelta(minutes=10))
    assert (report.accepted, report.planned_again, report.waiting_requests) == (0, 0, 1)
    assert count_messages(remembered) == {"unknown": 1}


def test_a_batch_id_in_another_shape_is_no_batch_id() -> None:
    with (
        faulty_server(batch_faults=(answer("201 Created", b"[]"),)) as server,
        client_of(server.url) as client,
        pytest.raises(
            SendGridError, match="POST mail/batch: the response is JSON of an unexpected shape"
        ),
    ):
        client.create_batch()


def _kill_worker_at(url: str, moment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENDGRID_API_KEY", API_KEY)
    monkeypatch.setenv("SENDGRID_API_URL", url)
    with start_worker() as worker:
        assert moment.wait(timeout=30)
        worker.kill()


def _attempts(connection: psycopg.Connection) -> list[tuple[str, int]]:
    return connection.execute("select state, attempts from ledger.messages").fetchall()


def _closed_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]
