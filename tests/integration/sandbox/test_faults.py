"""Faults as a client meets them: on a real socket, before or after the mail was accepted."""

from __future__ import annotations

import socket
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.sandbox.conftest import SandboxClient

Mail = dict[str, Any]

HOUR = 3600
PHASES = ["before_accept", "after_accept", "response"]
MET_AS = {
    "hang": httpx.ReadTimeout,
    "rst": httpx.ReadError,
    "fin": httpx.RemoteProtocolError,
    "truncated": httpx.RemoteProtocolError,
}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("kind", MET_AS)
def test_a_broken_connection_looks_the_same_before_and_after_acceptance(
    sandbox: SandboxClient, mail: Callable[..., Mail], kind: str, phase: str
) -> None:
    sandbox.plan_fault(kind=kind, phase=phase, seconds=30)
    with pytest.raises(httpx.TransportError) as met:
        sandbox.client.post("/v3/mail/send", json=mail(), timeout=1)
    if phase == "response" and kind == "rst":
        assert isinstance(met.value, (httpx.ReadError, httpx.RemoteProtocolError))
    else:
        assert type(met.value) is MET_AS[kind]
    assert sandbox.audit()["messages"] == (0 if phase == "before_accept" else 1)


def test_a_reset_is_a_reset_on_the_wire(sandbox: SandboxClient) -> None:
    sandbox.plan_fault(kind="rst", method=None)
    address = (sandbox.client.base_url.host, sandbox.client.base_url.port)
    with socket.create_connection(address, timeout=10) as wire:
        wire.sendall(b"GET /v3/mail/send HTTP/1.1\r\nHost: sandbox\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            wire.recv(1)


@pytest.mark.parametrize("phase", PHASES)
def test_a_status_code_says_nothing_about_what_was_accepted(
    sandbox: SandboxClient, mail: Callable[..., Mail], phase: str
) -> None:
    sandbox.plan_fault(kind="status", status=503, phase=phase)
    assert sandbox.send(mail(), 503).json()["errors"][0]["message"] == "service unavailable"
    assert sandbox.audit()["messages"] == (0 if phase == "before_accept" else 1)


def test_too_many_requests_come_with_the_headers_of_sendgrid(
    sandbox: SandboxClient, mail: Callable[..., Mail]
) -> None:
    sandbox.plan_fault(kind="rate_limit")
    answer = sandbox.send(mail(), 429)
    assert answer.json()["errors"][0] == {
        "message": "too many requests",
        "field": None,
        "help": None,
    }
    assert answer.headers["X-RateLimit-Remaining"] == "0"


def test_the_reset_of_too_many_requests_is_by_the_clock_of_the_answers_own_date(
    sandbox: SandboxClient, mail: Callable[..., Mail]
) -> None:
    sandbox.move_clock(advance_seconds=5 * HOUR)
    sandbox.plan_fault(kind="rate_limit", seconds=70)
    headers = sandbox.send(mail(), 429).headers
    dated = parsedate_to_datetime(headers["Date"]).timestamp()
    # Both are whole seconds, and one may begin between them.
    assert 68 <= int(headers["X-RateLimit-Reset"]) - dated <= 71
    assert abs(dated - time.time() - 5 * HOUR) < 60


@pytest.mark.parametrize("phase", PHASES)
def test_a_gateway_answers_with_a_page_instead_of_json(
    sandbox: SandboxClient, mail: Callable[..., Mail], phase: str
) -> None:
    sandbox.plan_fault(kind="html_502", phase=phase)
    answer = sandbox.send(mail(), 502)
    assert answer.headers["content-type"].startswith("text/html")
    assert "502 Bad Gateway" in answer.text
    assert sandbox.audit()["messages"] == (0 if phase == "before_accept" else 1)


def test_a_slow_sandbox_accepts_a_mail_after_its_client_has_given_up(
    sandbox: SandboxClient, mail: Callable[..., Mail]
) -> None:
    sandbox.plan_fault(kind="slow", seconds=0.5)
    with pytest.raises(httpx.ReadTimeout):
        sandbox.client.post("/v3/mail/send", json=mail(), timeout=0.2)
    assert sandbox.faults()[0]["holding"] == 1
    sandbox.wait_for(lambda: sandbox.faults()[0]["holding"] == 0)
    assert sandbox.audit()["messages"] == 1


@pytest.mark.parametrize("phase", PHASES)
def test_a_slow_answer_is_late_and_whole(sandbox: SandboxClient, phase: str) -> None:
    quick = sandbox.get("/v3/scopes")
    sandbox.plan_fault(kind="slow", seconds=0.2, phase=phase, path="/v3/scopes", method="GET")
    began = time.monotonic()
    assert sandbox.get("/v3/scopes") == quick
    assert time.monotonic() - began >= 0.2


def test_a_fault_occurs_as_often_as_planned_and_only_on_its_path(
    sandbox: SandboxClient, mail: Callable[..., Mail]
) -> None:
    sandbox.plan_fault(kind="status", status=500, count=2)
    sandbox.post("/v3/mail/batch", None, 201)
    for status in (500, 500, 202):
        sandbox.send(mail(), status)
    assert sandbox.faults()[0]["fired"] == 2


def test_a_seed_makes_the_same_requests_fail_again(
    sandbox: SandboxClient, mail: Callable[..., Mail]
) -> None:
    def statuses() -> list[int]:
        sandbox.plan_fault(kind="status", status=500, probability=0.5, count=None, seed=7)
        return [sandbox.client.post("/v3/mail/send", json=mail()).status_code for _ in range(20)]

    first, second = statuses(), statuses()
    assert first == second
    assert set(first) == {202, 500}


def test_a_cleared_plan_breaks_nothing(sandbox: SandboxClient, mail: Callable[..., Mail]) -> None:
    sandbox.plan_fault(kind="rst", count=None)
    assert sandbox.client.delete("/_sandbox/faults").json() == {"faults": []}
    sandbox.send(mail())


def test_an_invalid_plan_is_refused_with_its_field(sandbox: SandboxClient) -> None:
    answer = sandbox.client.post("/_sandbox/faults", json={"faults": [{"kind": "flood"}]})
    assert answer.status_code == 400
    assert "faults.0.kind" in answer.json()["error"]
