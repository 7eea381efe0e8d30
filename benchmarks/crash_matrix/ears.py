"""Hears what SendGrid reports, and tells a ledger: at once, late, or never, as a run has it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from retention.inbound.events import read_events
from retention.ledger.events import record_events

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import psycopg

# What the sandbox reports; only these can prove that a request was taken.
REPORTED = ("processed", "dropped", "deferred", "delivered", "bounce")


class Ears:
    """An event webhook that only listens; signatures have tests of their own."""

    def __init__(self, posts: SimpleQueue[bytes], url: str) -> None:
        self._posts = posts
        self.url = url

    def forget(self) -> None:
        """Leave out what was posted until now, which belongs to other runs."""
        for _ in self._take():
            pass

    def tell(self, connection: psycopg.Connection, now: datetime) -> None:
        """Record what was posted until now in a ledger, at `now` (aware)."""
        for body in self._take():
            events, _ = read_events(body)
            record_events(connection, events, now)

    def _take(self) -> Iterator[bytes]:
        while True:
            try:
                yield self._posts.get_nowait()
            except Empty:
                return


@contextmanager
def open_ears() -> Iterator[Ears]:
    """Listen on a free port of this machine."""
    posts: SimpleQueue[bytes] = SimpleQueue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posts.put(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield Ears(posts, f"http://127.0.0.1:{server.server_address[1]}/")
    finally:
        server.shutdown()
        server.server_close()
