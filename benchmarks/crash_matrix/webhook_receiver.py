"""Receives SendGrid's events, and records them in a ledger when the run asks for it."""

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

# The events that the sandbox reports; only these can prove that a request was accepted.
REPORTED = ("processed", "dropped", "deferred", "delivered", "bounce")


class WebhookReceiver:
    """An event webhook that keeps what was posted; it checks no signatures."""

    def __init__(self, posts: SimpleQueue[bytes], url: str) -> None:
        self._posts = posts
        self.url = url

    def discard(self) -> None:
        """Discard the events posted so far, which belong to other runs."""
        for _ in self._take():
            pass

    def record(self, connection: psycopg.Connection, now: datetime) -> None:
        """Record the events posted so far in a ledger, as received at `now`."""
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
def running_webhook_receiver() -> Iterator[WebhookReceiver]:
    """Listen on a free local port."""
    posts: SimpleQueue[bytes] = SimpleQueue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posts.put(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield WebhookReceiver(posts, f"http://127.0.0.1:{server.server_address[1]}/")
    finally:
        server.shutdown()
        server.server_close()
