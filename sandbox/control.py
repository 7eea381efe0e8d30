"""The sandbox's own API under ``/_sandbox``, without a key.

It controls clock, faults, probabilities and webhook, and returns the audit.
"""

from datetime import datetime, timedelta
from typing import Any

import orjson
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox import probabilities
from sandbox.audit import audit, compared
from sandbox.delivery.release import release_due
from sandbox.faults.planned_faults import PlannedFaults
from sandbox.probabilities import Probabilities
from sandbox.state import Sandbox

CLOCK_BODY = (
    'the body is {"now": "<time with a zone, ISO 8601>"} or {"advance_seconds": <number >= 0>}'
)
AUDIT_BODY = 'the body is {"expected": ["<paluu_message_id>", ...]}'


async def health(request: Request) -> Response:
    """Return the status and the number of stored messages."""
    sandbox: Sandbox = request.app.state.sandbox
    stored = await run_in_threadpool(sandbox.database.value, "select count(*) from messages")
    return JSONResponse({"status": "ok", "messages": stored})


async def show_clock(request: Request) -> Response:
    """Return the sandbox's time, and the seconds by which it is ahead of real time."""
    return JSONResponse(_clock(request.app.state.sandbox))


async def move_clock(request: Request) -> Response:
    """Set or advance the clock, and release messages that have become due."""
    sandbox: Sandbox = request.app.state.sandbox
    try:
        _move(sandbox, orjson.loads(await request.body()))
    except (ValueError, TypeError, KeyError, OverflowError):
        return _refused(CLOCK_BODY)
    released = await run_in_threadpool(release_due, sandbox)
    return JSONResponse({**_clock(sandbox), "released": released})


def _move(sandbox: Sandbox, body: dict[str, Any]) -> None:
    if "now" in body:
        now = datetime.fromisoformat(body["now"])
        if now.tzinfo is None:
            raise ValueError(body["now"])
        sandbox.clock.set(now)
        return
    by = timedelta(seconds=body["advance_seconds"])
    if by < timedelta(0):
        raise ValueError(by)
    sandbox.clock.advance(by)


def _clock(sandbox: Sandbox) -> dict[str, Any]:
    shift = sandbox.clock.shift.total_seconds()
    return {"now": sandbox.now().isoformat(), "shift_seconds": shift}


async def show_faults(request: Request) -> Response:
    """Return the planned faults, with the number of hits and of held requests of each."""
    return JSONResponse({"faults": request.app.state.sandbox.faults.as_json()})


async def plan_faults(request: Request) -> Response:
    """Replace the planned faults."""
    try:
        planned = PlannedFaults.model_validate_json(await request.body())
    except ValidationError as error:
        return _refused(_reason(error))
    request.app.state.sandbox.faults.faults = planned.faults
    return await show_faults(request)


async def clear_faults(request: Request) -> Response:
    """Remove all planned faults."""
    request.app.state.sandbox.faults.faults = []
    return await show_faults(request)


async def show_audit(request: Request) -> Response:
    """Return the audit up to now."""
    return JSONResponse(await run_in_threadpool(_audit, request.app.state.sandbox))


async def compare(request: Request) -> Response:
    """Return the audit, compared with the ids that should have reached somebody."""
    sandbox: Sandbox = request.app.state.sandbox
    try:
        expected = orjson.loads(await request.body())["expected"]
    except (ValueError, TypeError, KeyError):
        return _refused(AUDIT_BODY)
    found = await run_in_threadpool(_audit, sandbox)
    return JSONResponse(
        {
            **found,
            **await run_in_threadpool(compared, sandbox.database, map(str, expected)),
        }
    )


def _audit(sandbox: Sandbox) -> dict[str, Any]:
    release_due(sandbox)
    return audit(sandbox.database)


async def show_webhook(request: Request) -> Response:
    """Return the numbers of waiting, accepted and lost events and posts."""
    sandbox: Sandbox = request.app.state.sandbox
    return JSONResponse(await run_in_threadpool(sandbox.postman.status, sandbox.now_ms()))


async def flush_webhook(request: Request) -> Response:
    """Post all waiting events now, including those waiting for a retry."""
    sandbox: Sandbox = request.app.state.sandbox
    await run_in_threadpool(_flush, sandbox)
    return await show_webhook(request)


def _flush(sandbox: Sandbox) -> None:
    release_due(sandbox)
    sandbox.postman.deliver(sandbox.now_ms(), at_once=True)


async def show_probabilities(request: Request) -> Response:
    """Return the probabilities."""
    sandbox: Sandbox = request.app.state.sandbox
    found = await run_in_threadpool(probabilities.load, sandbox.database)
    return JSONResponse(found.model_dump())


async def set_probabilities(request: Request) -> Response:
    """Replace all probabilities; those not given become 0."""
    sandbox: Sandbox = request.app.state.sandbox
    try:
        wanted = Probabilities.model_validate_json(await request.body())
    except ValidationError as error:
        return _refused(_reason(error))
    await run_in_threadpool(probabilities.save, sandbox.database, wanted)
    return await show_probabilities(request)


def _refused(message: str) -> Response:
    return JSONResponse({"error": message}, 400)


def _reason(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


routes = [
    Route("/_sandbox/health", health),
    Route("/_sandbox/clock", show_clock, methods=["GET"]),
    Route("/_sandbox/clock", move_clock, methods=["POST"]),
    Route("/_sandbox/faults", show_faults, methods=["GET"]),
    Route("/_sandbox/faults", plan_faults, methods=["POST"]),
    Route("/_sandbox/faults", clear_faults, methods=["DELETE"]),
    Route("/_sandbox/audit", show_audit, methods=["GET"]),
    Route("/_sandbox/audit", compare, methods=["POST"]),
    Route("/_sandbox/webhook", show_webhook, methods=["GET"]),
    Route("/_sandbox/webhook", flush_webhook, methods=["POST"]),
    Route("/_sandbox/probabilities", show_probabilities, methods=["GET"]),
    Route("/_sandbox/probabilities", set_probabilities, methods=["POST"]),
]
