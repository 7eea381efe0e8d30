"""Puts the sandbox together as one ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from sandbox import control
from sandbox.api import (
    account,
    erasure,
    scheduled_sends,
    suppression_lists,
    template_versions,
    templates,
    unsubscribe_groups,
    unsubscribes,
)
from sandbox.contract.api_errors import ApiError, body_of
from sandbox.delivery import mail_send
from sandbox.delivery.housekeeping import Housekeeping
from sandbox.email_logs import logs
from sandbox.faults.fault_injection import FaultInjection
from sandbox.pages import clock_page, inbox, message_page, unsubscribe_page
from sandbox.pages.page import page
from sandbox.state import Sandbox, log
from sandbox.webhook import webhooks

MESSAGES = {404: "not found", 405: "method not allowed"}


async def on_http_error(request: Request, error: Any) -> Response:
    """Answer an unknown URL or method: like SendGrid under ``/v3``, with a page elsewhere."""
    if request.url.path.startswith("/v3"):
        message = MESSAGES.get(error.status_code, error.detail)
        return JSONResponse(body_of([ApiError(message)]), error.status_code, headers=error.headers)
    return page(request, "not_found.html", status=error.status_code)


async def on_disconnect(_request: Request, _error: Exception) -> Response:
    """Handle a client that disconnected before its request was read: nothing is accepted."""
    return Response(status_code=400)


async def on_failure(request: Request, error: Exception) -> Response:
    """Answer a defect of the sandbox itself with 500, like SendGrid."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return JSONResponse(body_of([ApiError("internal server error")]), 500)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Run the housekeeping threads while the server runs."""
    housekeeping = Housekeeping(app.state.sandbox)
    housekeeping.start()
    yield
    await run_in_threadpool(housekeeping.stop)


def create_app(sandbox: Sandbox) -> FaultInjection:
    """Return the ASGI application of ``sandbox``, including its faults."""
    app = Starlette(
        lifespan=lifespan,
        routes=[
            *mail_send.routes,
            *scheduled_sends.routes,
            *templates.routes,
            *template_versions.routes,
            *account.routes,
            *webhooks.routes,
            *unsubscribe_groups.routes,
            *unsubscribes.routes,
            *suppression_lists.routes,
            *logs.routes,
            *erasure.routes,
            *unsubscribe_page.routes,
            *inbox.routes,
            *message_page.routes,
            *clock_page.routes,
            *control.routes,
        ],
        exception_handlers={
            HTTPException: on_http_error,
            ClientDisconnect: on_disconnect,
            Exception: on_failure,
        },
    )
    app.state.sandbox = sandbox
    return FaultInjection(app, sandbox)
