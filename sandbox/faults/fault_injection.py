"""Injects faults: an ASGI layer around the whole sandbox that breaks answers and connections.

The faults are real for the client: its socket is reset, closed, or gets half an answer.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response

from sandbox.contract.api_errors import ApiError, body_of
from sandbox.faults import connections
from sandbox.faults.planned_faults import Fault
from sandbox.state import Sandbox, log

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Answer = list[dict[str, Any]]
"""ASGI messages, in order."""

GATEWAY_PAGE = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway"
    "</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
WORDS = {
    401: "Maximum credits exceeded",
    403: (
        "The from address does not match a verified Sender Identity. Mail cannot be sent until "
        "this error is resolved."
    ),
    429: "too many requests",
}
"""SendGrid's messages, where known; a wrong key needs no fault."""
HALF_A_STATUS_LINE = b"HTTP/1.1 202 Acc"


class FaultInjection:
    """Wraps an ASGI application; requests without a fault pass unchanged."""

    def __init__(self, app: Any, sandbox: Sandbox) -> None:
        """Wrap ``app`` and inject the planned faults of ``sandbox``."""
        self._app = app
        self._sandbox = sandbox

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Handle one request; its start time is recorded before any fault delays it."""
        scope["begun_at"] = self._sandbox.now_ms()
        fault = None
        if scope["type"] == "http" and not scope["path"].startswith("/_sandbox"):
            fault = self._sandbox.faults.strike(scope["method"], scope["path"])
        if fault is None:
            await self._app(scope, receive, send)
            return
        log.info("%s %s meets %s %s", scope["method"], scope["path"], fault.phase, fault.kind)
        with fault.held():
            await self._strike(fault, scope, receive, send)

    async def _strike(self, fault: Fault, scope: Any, receive: Receive, send: Send) -> None:
        request = await _whole(receive)
        answer: Answer = []
        if fault.kind == "slow" and fault.phase == "before_accept":
            await asyncio.sleep(fault.seconds)
        if fault.phase != "before_accept" or fault.kind == "slow":
            await self._app(scope, _replayed(request, receive), _keep_in(answer))
        if fault.kind in BREAKS:
            await BREAKS[fault.kind](fault, scope, receive, answer)
            await _wait_until_gone(receive)
        elif fault.kind == "slow":
            await _send_slowly(fault, send, answer)
        else:
            await self._other_answer(fault)(scope, receive, send)

    def _other_answer(self, fault: Fault) -> Response:
        if fault.kind == "html_502":
            return HTMLResponse(GATEWAY_PAGE, 502)
        if fault.kind == "rate_limit":
            # By the same clock as the answer's Date header, from which a client computes its wait.
            reset = math.ceil(self._sandbox.clock.now().timestamp() + fault.seconds)
            headers = {"X-RateLimit-Limit": "600", "X-RateLimit-Remaining": "0"}
            headers["X-RateLimit-Reset"] = str(reset)
            return JSONResponse(body_of([ApiError(WORDS[429])]), 429, headers=headers)
        words = WORDS.get(fault.status) or HTTPStatus(fault.status).phrase.lower()
        return JSONResponse(body_of([ApiError(words)]), fault.status)


async def _whole(receive: Receive) -> Answer:
    """Read the whole request, like a server that fails later."""
    parts = [await receive()]
    while parts[-1]["type"] == "http.request" and parts[-1].get("more_body"):
        parts.append(await receive())
    return parts


def _replayed(parts: Answer, receive: Receive) -> Receive:
    remaining = list(parts)

    async def again() -> dict[str, Any]:
        return remaining.pop(0) if remaining else await receive()

    return again


def _keep_in(answer: Answer) -> Send:
    async def keep(part: dict[str, Any]) -> None:
        answer.append(part)

    return keep


async def _wait_until_gone(receive: Receive) -> None:
    """Wait for the end of the connection, so that the server adds no answer itself."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _hang(fault: Fault, scope: Any, receive: Receive, _answer: Answer) -> None:
    try:
        await asyncio.wait_for(_wait_until_gone(receive), fault.seconds)
    except TimeoutError:
        connections.close(scope)


async def _reset(fault: Fault, scope: Any, _receive: Receive, answer: Answer) -> None:
    if fault.phase == "response":
        connections.write(scope, _raw(answer)[: len(HALF_A_STATUS_LINE)])
        await asyncio.sleep(0.05)  # the client reads the beginning before the reset
    connections.reset(scope)


async def _finish(fault: Fault, scope: Any, _receive: Receive, answer: Answer) -> None:
    words = _raw(answer) if fault.phase == "response" else b""
    connections.close(scope, words[: len(words) // 2])


async def _truncate(_fault: Fault, scope: Any, _receive: Receive, answer: Answer) -> None:
    connections.close(scope, _raw(answer)[: len(HALF_A_STATUS_LINE)] or HALF_A_STATUS_LINE)


BREAKS = {"hang": _hang, "rst": _reset, "fin": _finish, "truncated": _truncate}


def _raw(answer: Answer) -> bytes:
    """Return the raw bytes of an answer; empty when there is none."""
    if not answer:
        return b""
    status = HTTPStatus(answer[0]["status"])
    lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
    lines += [name + b": " + value for name, value in answer[0]["headers"]]
    body = b"".join(part.get("body", b"") for part in answer[1:])
    return b"\r\n".join([*lines, b"", body])


async def _send_slowly(fault: Fault, send: Send, answer: Answer) -> None:
    if fault.phase != "before_accept":
        await asyncio.sleep(fault.seconds)
    for part in answer:
        await send(part)
