"""Watches a worker's connection to SendGrid and notes five moments of each call.

`asked`: only the head of the request has been forwarded. `half sent`: SendGrid has half of the
body. `sent`: SendGrid has all of it. `answered`: the response has arrived, and the worker has none
of it. `half answered`: the worker has half of the response.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from benchmarks.crash_matrix.proxy import CHUNK, Reader

if TYPE_CHECKING:
    import socket

    from benchmarks.crash_matrix.kill_point import KillPoint

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
UNSUBSCRIBE_GROUP = b'"asm":'
WORD = re.compile(r"[a-z_]+")  # a path segment that is not an id


class HttpWatcher:
    """Forwards one connection, on which each request follows the previous response."""

    def __init__(self, kill_point: KillPoint, worker: socket.socket, server: socket.socket) -> None:
        self._kill_point = kill_point
        self._worker = worker
        self._server = server
        self._waiting: str | None = None

    def to_server(self) -> None:
        """Forward requests, each only as far as the worker lives."""
        reader = Reader(self._worker)
        while True:
            # A worker may be stopped in mid-write; SendGrid must see the start of the request.
            self._server.sendall(head := reader.read_until(b"\r\n\r\n"))
            body = reader.read(_length(head))
            name = _name(head, body)
            half = len(body) // 2
            if not self._kill_point.passes(f"{name}: asked"):
                return
            self._server.sendall(body[:half])
            if body and not self._kill_point.passes(f"{name}: half sent"):
                return
            self._waiting = name
            self._server.sendall(body[half:])
            if not self._kill_point.passes(f"{name}: sent"):
                return

    def to_worker(self) -> None:
        """Forward responses, each only as far as the worker lives."""
        while data := self._server.recv(CHUNK):
            name, self._waiting = self._waiting, None
            if name is not None:
                if not self._kill_point.passes(f"{name}: answered"):
                    return
                half = len(data) // 2
                self._worker.sendall(data[:half])
                if not self._kill_point.passes(f"{name}: half answered"):
                    return
                data = data[half:]
            self._worker.sendall(data)


def _length(head: bytes) -> int:
    found = LENGTH.search(head)
    return int(found[1]) if found else 0


def _name(head: bytes, body: bytes) -> str:
    method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
    parts = path.partition("?")[0].removeprefix("/v3/").split("/")
    endpoint = "/".join(part for part in parts if WORD.fullmatch(part))
    # Marketing is scheduled ahead and can be cancelled; nothing else has an unsubscribe group.
    return f"{method} {endpoint}{' of marketing' if UNSUBSCRIBE_GROUP in body else ''}"
