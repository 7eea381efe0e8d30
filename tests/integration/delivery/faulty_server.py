"""A server of plain sockets that replaces SendGrid and fails on mail/send."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Fault = Callable[[socket.socket], None]

ACCEPTED = (
    b"HTTP/1.1 202 Accepted\r\nX-Message-Id: sg-1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


def answer(status: str, body: bytes = b"", *headers: str) -> Fault:
    """Send a complete response that announces the end of the connection."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return send("\r\n".join([*lines, "", ""]).encode() + body)


def send(data: bytes) -> Fault:
    """Send these bytes and close."""
    return lambda connection: connection.sendall(data)


def hang(connection: socket.socket) -> None:
    """Send nothing until the client gives up."""
    connection.recv(1)


def reset(connection: socket.socket) -> None:
    """Break the connection with RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def close(connection: socket.socket) -> None:
    """Close the connection without a response."""
    connection.shutdown(socket.SHUT_RDWR)


@dataclass
class FaultyServer:
    """The plan of the server, and a record of its requests.

    Attributes:
        faults: what happens to each mail/send in turn; the last one repeats forever.
        batch_faults: the same for mail/batch; without any, batch ids are given out.
        bodies: the bodies posted to mail/send.
    """

    url: str
    faults: list[Fault]
    batch_faults: list[Fault]
    bodies: list[bytes] = field(default_factory=list)
    posted: threading.Event = field(default_factory=threading.Event)
    asked_for_batch: threading.Event = field(default_factory=threading.Event)
    batches: count = field(default_factory=count)


class Server(ThreadingTCPServer):
    """Listens; its handlers follow `plan` and record requests in it."""

    daemon_threads = True
    block_on_close = False
    plan: FaultyServer

    def handle_error(self, *_: object) -> None:
        """Ignore errors: the clients of these tests break connections on purpose."""


class Handler(StreamRequestHandler):
    """One connection: kept alive for batch ids, closed after a mail/send."""

    def handle(self) -> None:
        while request := _read_request(self.rfile):
            path, body = request
            if path.endswith("mail/batch"):
                self._give_batch()
            else:
                self._misbehave(body)
                return

    def _give_batch(self) -> None:
        plan = self.server.plan
        plan.asked_for_batch.set()
        _next(plan.batch_faults, _batch(next(plan.batches)))(self.connection)

    def _misbehave(self, body: bytes) -> None:
        plan = self.server.plan
        plan.bodies.append(body)
        plan.posted.set()
        _next(plan.faults, send(ACCEPTED))(self.connection)

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()


@contextmanager
def faulty_server(*faults: Fault, batch_faults: tuple[Fault, ...] = ()) -> Iterator[FaultyServer]:
    """Run the server in its own thread."""
    server = Server(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    server.plan = FaultyServer(url, list(faults), list(batch_faults))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.plan
    finally:
        server.shutdown()
        server.server_close()


def _next(faults: list[Fault], otherwise: Fault) -> Fault:
    if not faults:
        return otherwise
    return faults.pop(0) if len(faults) > 1 else faults[0]


def _batch(number: int) -> Fault:
    body = b'{"batch_id": "batch-%d"}' % number
    return send(b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))


def _read_request(stream: object) -> tuple[str, bytes] | None:
    first = stream.readline().split()
    if len(first) != 3 or not first[2].startswith(b"HTTP/"):  # a TLS greeting, say
        return None
    length = 0
    while (line := stream.readline().strip()) != b"":
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return first[1].decode(), stream.read(length)
