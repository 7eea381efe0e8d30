"""Common handling of every ``/v3`` operation.

Checks key, size, media type and JSON, and records refused requests.
"""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.contract.api_errors import (
    INVALID_KEY,
    UNAUTHORIZED,
    ApiError,
    RequestRejected,
    body_of,
    cryptic,
    rejected,
)
from sandbox.state import Sandbox, log

MAX_BODY_BYTES = 30 * 1024 * 1024
NOT_RECORDED = ("GET", "HEAD")
INSERT_REJECTED = """
    insert into requests (received_at, method, path, status, body, user_agent, errors)
    values (?, ?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True)
class Call:
    """One request as an operation sees it: authorized, read and parsed.

    Attributes:
        begun_at: arrival of its first bytes, in milliseconds of the sandbox's clock.
        body: the parsed JSON, or None without a body.
        raw: the body's bytes as received.
    """

    method: str
    path: str
    base_url: str
    user_agent: str
    path_params: Mapping[str, Any]
    query: Any
    begun_at: int
    raw: bytes = b""
    body: Any = None


Operation = Callable[[Sandbox, Call], Response]


def endpoint(operation: Operation) -> Callable[[Request], Awaitable[Response]]:
    """Return an ASGI endpoint for an operation.

    The operation runs in a worker thread; refused requests are recorded.
    """

    async def answer(request: Request) -> Response:
        sandbox: Sandbox = request.app.state.sandbox
        raw = await _read(request)
        return await run_in_threadpool(_answer, sandbox, operation, request, raw)

    return answer


def _answer(sandbox: Sandbox, operation: Operation, request: Request, raw: bytes) -> Response:
    call = Call(
        method=request.method,
        path=request.url.path,
        base_url=str(request.base_url).rstrip("/"),
        user_agent=request.headers.get("user-agent", ""),
        path_params=request.path_params,
        query=request.query_params,
        begun_at=request.scope["begun_at"],
        raw=raw,
    )
    try:
        _authorize(sandbox, request.headers.get("authorization"))
        return operation(sandbox, Call(**{**vars(call), "body": _parsed(request, raw)}))
    except RequestRejected as rejection:
        record_rejection(sandbox, call, rejection)
        return JSONResponse(body_of(rejection.errors), rejection.status)


async def _read(request: Request) -> bytes:
    """Read the whole body; if it is too large, keep one byte more than allowed.

    Reading to the end lets the client see a 413 instead of a broken connection.
    """
    kept = bytearray()
    async for chunk in request.stream():
        kept += chunk[: MAX_BODY_BYTES + 1 - len(kept)]
    return bytes(kept)


def _authorize(sandbox: Sandbox, authorization: str | None) -> None:
    if not authorization:
        raise rejected(401, UNAUTHORIZED, explanation="The request has no Authorization header.")
    expected = f"Bearer {sandbox.api_key}"
    if not hmac.compare_digest(authorization.encode(), expected.encode()):
        raise rejected(
            401, INVALID_KEY, explanation="The key is not the one this sandbox was started with."
        )


def _parsed(request: Request, raw: bytes) -> Any:
    if len(raw) > MAX_BODY_BYTES:
        raise rejected(
            413,
            "content too large",
            explanation=f"The body has more than {MAX_BODY_BYTES} bytes (30 MB).",
        )
    if not raw:
        return None
    _check_media_type(request)
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        raise rejected(415, "Invalid UTF8 in request.", explanation=str(error)) from None
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise RequestRejected(400, [cryptic(f"Not JSON: {error}")]) from None


def _check_media_type(request: Request) -> None:
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != "application/json":
        raise rejected(
            415,
            "unsupported media type",
            explanation=f"Content-Type is {media_type or 'missing'}, not application/json.",
        )
    if request.headers.get("content-encoding", "identity") != "identity":
        raise rejected(
            415,
            "unsupported content encoding",
            explanation="SendGrid accepts gzip only after its support has enabled it.",
        )


def record_rejection(sandbox: Sandbox, call: Call, rejection: RequestRejected) -> None:
    """Record a refused request with its errors.

    GET and HEAD requests are not recorded, since a 404 is an ordinary answer to them.
    """
    log.warning(
        "rejected %s %s with %s: %s",
        call.method,
        call.path,
        rejection.status,
        _fields(rejection.errors),
    )
    if call.method in NOT_RECORDED:
        return
    errors = [{**error.answer(), "explanation": error.explanation} for error in rejection.errors]
    with sandbox.database.transaction() as connection:
        connection.execute(
            INSERT_REJECTED,
            (
                sandbox.now_ms(),
                call.method,
                call.path,
                rejection.status,
                call.raw[: 1024 * 1024],
                call.user_agent,
                orjson.dumps(errors).decode(),
            ),
        )


def _fields(errors: list[ApiError]) -> str:
    """Return the names of the refused fields; messages may quote addresses and are not logged."""
    return ", ".join(error.field or "-" for error in errors)
