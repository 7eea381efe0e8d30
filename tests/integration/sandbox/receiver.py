"""A receiver of the event webhook: keeps the posts, and answers as a test configures."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sendgrid.helpers.eventwebhook import EventWebhook


@dataclass(frozen=True)
class Post:
    body: bytes
    signature: str
    timestamp: str

    def is_signed(self, public_key: str) -> bool:
        """Ask SendGrid's own verifier."""
        verifier = EventWebhook(public_key)
        return verifier.verify_signature(self.body.decode(), self.signature, self.timestamp)

    @property
    def events(self) -> list[dict[str, Any]]:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Listens on a free port from ``start`` to ``stop``; ``status`` is what it answers."""

    status: int = 200
    posts: list[Post] = field(default_factory=list)

    def start(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                name = "X-Twilio-Email-Event-Webhook-"
                signature, timestamp = (
                    self.headers[f"{name}Signature"],
                    self.headers[f"{name}Timestamp"],
                )
                receiver.posts.append(Post(body, signature or "", timestamp or ""))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/events"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for post in self.posts for event in post.events]

    def names(self) -> list[str]:
        return [event["event"] for event in self.events]
