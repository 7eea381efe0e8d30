"""Tracks open connections, so that a fault can close, reset or truncate one."""

import asyncio
import socket
import struct
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

OPEN: dict[tuple[str, int], asyncio.Transport] = {}
"""Open connections by the client's host and port, which an ASGI scope contains too."""

RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class TrackedConnection(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """Uvicorn's HTTP protocol; it registers its transport for faults."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Register the connection."""
        self._peer = transport.get_extra_info("peername")[:2]
        OPEN[self._peer] = transport
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Unregister the connection."""
        OPEN.pop(self._peer, None)
        super().connection_lost(exc)


def reset(scope: Any) -> None:
    """Reset the connection (RST): the client's next read or write fails."""
    transport = _transport(scope)
    transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE
    )
    transport.abort()


def close(scope: Any, last_words: bytes = b"") -> None:
    """Send some raw bytes and close the connection (FIN)."""
    transport = _transport(scope)
    transport.write(last_words)
    transport.close()


def write(scope: Any, raw: bytes) -> None:
    """Send raw bytes, bypassing the server's HTTP protocol."""
    _transport(scope).write(raw)


def _transport(scope: Any) -> asyncio.Transport:
    return OPEN[tuple(scope["client"])]
