"""Sets the ``Date`` header of every answer from the sandbox's clock."""

from collections.abc import Awaitable, Callable
from email.utils import format_datetime
from typing import Any

from sandbox.clock import Clock


class Dated:
    """Wraps an ASGI application and adds the ``Date`` header to its answers."""

    def __init__(self, app: Any, clock: Clock) -> None:
        """Wrap ``app`` and use ``clock``."""
        self._app = app
        self._clock = clock

    async def __call__(
        self, scope: Any, receive: Any, send: Callable[[dict[str, Any]], Awaitable[None]]
    ) -> None:
        """Handle one request."""

        async def send_dated(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(self._clock.now(), usegmt=True).encode()
                message = {**message, "headers": [*message.get("headers", ()), (b"date", date)]}
            await send(message)

        await self._app(scope, receive, send_dated)
