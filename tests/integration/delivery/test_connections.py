"""How many connections a run opens to SendGrid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from retention.database import connect
from retention.delivery.protocol import deliver
from retention.delivery.sendgrid import SendGrid
from retention.delivery.settings import DeliverySettings, Sender
from tests.benchmarks.crash_matrix.wire import CHUNK, wire
from tests.integration.delivery.conftest import API_KEY
from tests.integration.ledger.warehouse import NOW, decision, plan

if TYPE_CHECKING:
    import socket

    import psycopg

    from tests.integration.delivery.conftest import Sandbox


@dataclass
class Pipe:
    """Forwards one connection as it is."""

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
    # People who share an address get a request each.
    plan(pushed, (decision(i, email="home@example.com") for i in range(20)))
    settings = DeliverySettings(Sender("shop@example.com", "Shop"), concurrency=concurrency)
    opened: list[Pipe] = []

    def watch(worker: socket.socket, server: socket.socket) -> Pipe:
        opened.append(Pipe(worker, server))
        return opened[-1]

    sandbox_port = int(sandbox_process.url.rsplit(":", 1)[1])
    with wire(sandbox_port, watch) as port, SendGrid(API_KEY, f"http://127.0.0.1:{port}") as client:
        assert deliver(connect, client, settings, now=NOW, due_until=NOW).accepted == 20
    assert 1 <= len(opened) <= most
