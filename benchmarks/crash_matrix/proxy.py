"""A TCP proxy: forwards every byte between a worker and a server through a watcher."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOST = "127.0.0.1"
CHUNK = 65_536


class Reader:
    """Reads a socket in whole pieces. (`socket.makefile` would keep a closed socket open.)"""

    def __init__(self, source: socket.socket) -> None:
        self._source = source
        self._kept = bytearray()

    def read(self, count: int) -> bytes:
        """Return exactly `count` bytes; raises `EOFError` if the other side closes before that."""
        while len(self._kept) < count:
            self._receive()
        return self._cut(count)

    def read_until(self, end: bytes) -> bytes:
        """Return all bytes through `end`; raises `EOFError` if the other side closes before it."""
        while (found := self._kept.find(end)) < 0:
            self._receive()
        return self._cut(found + len(end))

    def _receive(self) -> None:
        data = self._source.recv(CHUNK)
        if not data:
            raise EOFError
        self._kept += data

    def _cut(self, count: int) -> bytes:
        data = bytes(self._kept[:count])
        del self._kept[:count]
        return data


class Watcher(Protocol):
    """Forwards one connection's two directions until they end."""

    def to_server(self) -> None:
        """Forward the worker's bytes."""

    def to_worker(self) -> None:
        """Forward the server's bytes."""


@contextmanager
def running_proxy(
    server_port: int, watch: Callable[[socket.socket, socket.socket], Watcher]
) -> Iterator[int]:
    """Listen on a free local port for connections to `server_port`; yield the free port.

    When one side closes or resets its connection, so does the other.

    Args:
        server_port: port of the real server.
        watch: makes a connection's watcher from the worker's and the server's socket.
    """
    listener = socket.create_server((HOST, 0))
    sockets: list[socket.socket] = []
    arguments = (listener, server_port, watch, sockets)
    threading.Thread(target=_accept, args=arguments, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for each in sockets:
            each.close()


def _accept(
    listener: socket.socket,
    server_port: int,
    watch: Callable[[socket.socket, socket.socket], Watcher],
    sockets: list[socket.socket],
) -> None:
    with suppress(OSError):
        while True:
            worker, _ = listener.accept()
            server = socket.create_connection((HOST, server_port))
            sockets += [worker, server]
            for each in (worker, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            watcher = watch(worker, server)
            for forward, target in ((watcher.to_server, server), (watcher.to_worker, worker)):
                threading.Thread(target=_run, args=(forward, target), daemon=True).start()


def _run(forward: Callable[[], None], target: socket.socket) -> None:
    """Forward one direction to its end, and pass a close or reset on to the target."""
    try:
        forward()
    except ConnectionResetError:
        _reset(target)
    except (OSError, EOFError):
        _finish(target)
    else:
        _finish(target)


def _finish(target: socket.socket) -> None:
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _reset(target: socket.socket) -> None:
    with suppress(OSError):
        target.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        target.shutdown(socket.SHUT_RD)  # releases the thread that reads from it
        target.close()
