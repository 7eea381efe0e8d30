"""What the world may reach without a login: SendGrid's events, and the unsubscribe page.

Each proves itself in its own way: events by SendGrid's signature, a person by the signed link of
a mail. `retention_ui` mounts this beside the pages that ask for a login.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from retention.database import APPLICATION_NAME, connect
from retention.hearing.settings import URL_VARIABLE, read_public_settings
from retention.hearing.unsubscribe_page import UnsubscribePage
from retention.hearing.webhook import (
    MOST_BYTES,
    MOST_DIGITS,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    PostRefusedError,
    Refusal,
    SignedPost,
    Webhook,
    check_headers,
)
from retention.shop import read_shop

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from retention.hearing.unsubscribe_page import Page

PREFIX = "/retention/public"
# The page carries a secret in its address, and needs nothing from anywhere else.
PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}

# Whoever waits here holds a thread that others need.
IMPATIENT = "-c lock_timeout=3s -c statement_timeout=20s"


def _connect() -> psycopg.Connection:
    return connect(f"{APPLICATION_NAME} public", IMPATIENT)


webhook = Webhook(_connect)
app = FastAPI(title="Retention, public", docs_url=None, redoc_url=None, openapi_url=None)


@app.post("/events", status_code=204, response_class=Response)
async def receive_events(request: Request) -> None:
    """Record what SendGrid reports; refuse what it did not sign, as early as that shows."""
    signature = request.headers.get(SIGNATURE_HEADER)
    timestamp = request.headers.get(TIMESTAMP_HEADER)
    try:
        check_headers(signature, timestamp, _now())
        post = SignedPost(await _read_body(request), signature, timestamp)
        await run_in_threadpool(webhook.receive, post, _now())
    except PostRefusedError as error:
        if webhook.refuse(error.refusal, _now()):
            await run_in_threadpool(webhook.count_refusals, _now())
        status = 413 if error.refusal == Refusal.TOO_LARGE else 403
        raise HTTPException(status, str(error)) from None


@app.api_route("/unsubscribe/{token}", methods=["GET", "HEAD"], response_class=HTMLResponse)
def show_unsubscribe(token: str) -> HTMLResponse:
    """Show the page behind a mail's link; looking changes nothing."""
    return _answer(lambda page: page.show(token))


@app.post("/unsubscribe/{token}", response_class=HTMLResponse)
def unsubscribe(token: str) -> HTMLResponse:
    """Unsubscribe, by the page's button or by the mail program's one click."""
    return _answer(lambda page: page.unsubscribe(token, _now()))


@app.post("/subscribe/{token}", response_class=HTMLResponse)
def subscribe_again(token: str) -> HTMLResponse:
    """Take an unsubscribe back."""
    return _answer(lambda page: page.subscribe_again(token, _now()))


def _now() -> datetime:
    return datetime.now(tz=UTC)  # noqa: TID251 - a request has no other clock


async def _read_body(request: Request) -> bytes:
    """Return the body; one that is too large is not read to its end."""
    announced = request.headers.get("Content-Length", "")
    if announced.isdecimal() and (len(announced) > MOST_DIGITS or int(announced) > MOST_BYTES):
        raise PostRefusedError(Refusal.TOO_LARGE)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise PostRefusedError(Refusal.TOO_LARGE)
    return bytes(body)


def _answer(act: Callable[[UnsubscribePage], Page]) -> HTMLResponse:
    settings = read_public_settings()
    if settings is None:
        raise HTTPException(404, f"{URL_VARIABLE} is not set: no mail carries a link to here")
    page = act(UnsubscribePage(_connect, settings, read_shop()))
    return HTMLResponse(page.html, page.status, PAGE_HEADERS)
