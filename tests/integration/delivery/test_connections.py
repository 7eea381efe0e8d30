"""The number of connections to SendGrid, and that none leads elsewhere."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from benchmarks.crash_matrix.proxy import CHUNK, running_proxy
from retention.database import connect
from retention.delivery.protocol import deliver
from retention.delivery.settings import DeliverySettings, Sender
from retention.sendgrid.client import SendGrid
from retention.sendgrid.outcomes import Accepted
from tests.integration.delivery.conftest import API_KEY
from tests.integration.delivery.faulty_server import faulty_server
from tests.integration.ledger.warehouse import NOW, decision, plan

if TYPE_CHECKING:
    import psycopg

    from tests.integration.delivery.conftest import Sandbox


@dataclass
class Pipe:
    """Forwards one connection unchanged."""

    worker: socket.socket
    server: socket.socket

    def to_server(self) -> None:
        while data := self.worker.recv(CHUNK):
            self.server.sendall(data)

    def to_worker(self) -> None:
        while data := self.server.recv(CHUNK):
            self.worker.sendall(data)


# While several requests go at once, each thread asks for its next batch id beside its request.
@pytest.mark.parametrize(("concurrency", "most"), [(1, 1), (4, 8)])
def test_requests_share_connections_that_are_kept_open(
    pushed: psycopg.Connection, sandbox_process: Sandbox, concurrency: int, most: int
) -> None:
    # People who share an address get one request each.
    plan(pushed, (decision(i, email="home@example.com") for i in range(20)))
    settings = DeliverySettings(Sender("shop@example.com", "Shop"), concurrency=concurrency)
    opened: list[Pipe] = []

    def watch(worker: socket.socket, server: socket.socket) -> Pipe:
        opened.append(Pipe(worker, server))
        return opened[-1]

    sandbox_port = int(sandbox_process.url.rsplit(":", 1)[1])
    with (
        running_proxy(sandbox_port, watch) as port,
        SendGrid(API_KEY, f"http://127.0.0.1:{port}") as client,
    ):
        assert deliver(connect, client, settings, now=NOW, due_until=NOW).accepted == 20
    assert 1 <= len(opened) <= most


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment with a proxy and no exceptions."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_requests_to_this_machine_never_go_to_a_proxy(
    proxied: pytest.MonkeyPatch, variable: str, host: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy, faulty_server() as server:
        proxy.settimeout(0)
        proxied.setenv(variable, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        with SendGrid(API_KEY, server.url.replace("127.0.0.1", host), read_seconds=0.5) as client:
            outcome = client.submit(b"{}")
        with pytest.raises(BlockingIOError):
            proxy.accept()
    assert isinstance(outcome, Accepted)


def test_sendgrid_itself_is_reached_through_the_proxy_of_the_environment(
    proxied: pytest.MonkeyPatch,
) -> None:
    proxied.delenv("PALUU_TEST_MODE")
    with faulty_server() as proxy:
        proxied.setenv("HTTP_PROXY", proxy.url)
        with SendGrid(API_KEY, "http://sendgrid.invalid") as client:
            assert isinstance(client.submit(b"{}"), Accepted)
    assert len(proxy.bodies) == 1
