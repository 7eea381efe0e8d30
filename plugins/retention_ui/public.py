"""Public endpoints, without login: SendGrid's events, and the pages that mails link to.

Events are authenticated by SendGrid's signature, people by the signed link of a mail.
`retention_ui.plugin` mounts these endpoints beside the pages that require a login.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from retention.database import APPLICATION_NAME, connect
from retention.inbound.answers_page import AnswerLink, AnswersPage
from retention.inbound.asked_questions import AskedQuestions
from retention.inbound.unsubscribe_page import UnsubscribePage
from retention.inbound.webhook import (
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
from retention.links.settings import URL_VARIABLE, read_public_settings
from retention.project.shop import read_shop

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    import psycopg

    from retention.inbound.pages import Page
    from retention.links.settings import PublicSettings
    from retention.project.shop import Shop

    AnyPage = TypeVar("AnyPage")

PREFIX = "/retention/public"
ANSWER = "/answers/{token}/{question}/{answer}"
# The URL of a page contains a secret, and the page needs no external resources.
PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}

# A waiting request holds a thread that others need.
SHORT_TIMEOUTS = "-c lock_timeout=3s -c statement_timeout=20s"


def _connect() -> psycopg.Connection:
    return connect(f"{APPLICATION_NAME} public", SHORT_TIMEOUTS)


webhook = Webhook(_connect)
asked = AskedQuestions()
app = FastAPI(title="Retention, public", docs_url=None, redoc_url=None, openapi_url=None)


@app.post("/events", status_code=204, response_class=Response)
async def receive_events(request: Request) -> None:
    """Record SendGrid's events; refuse posts that SendGrid did not sign, as early as possible."""
    signature = request.headers.get(SIGNATURE_HEADER, "")
    timestamp = request.headers.get(TIMESTAMP_HEADER, "")
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
    """Show the page behind a mail's unsubscribe link; a GET request changes nothing."""
    return _page(UnsubscribePage, lambda page: page.show(token))


@app.post("/unsubscribe/{token}", response_class=HTMLResponse)
def unsubscribe(token: str) -> HTMLResponse:
    """Unsubscribe, with the page's button or the mail program's one-click unsubscribe."""
    return _page(UnsubscribePage, lambda page: page.unsubscribe(token, _now()))


@app.post("/subscribe/{token}", response_class=HTMLResponse)
def subscribe_again(token: str) -> HTMLResponse:
    """Revert an unsubscribe."""
    return _page(UnsubscribePage, lambda page: page.subscribe_again(token, _now()))


@app.api_route(ANSWER, methods=["GET", "HEAD"], response_class=HTMLResponse)
def show_answer(token: str, question: str, answer: str) -> HTMLResponse:
    """Show the page that submits an answer by itself; the GET request changes nothing."""
    link = AnswerLink(token, question, answer)
    return _page(_answers_page, lambda page: page.show(link, _now()))


@app.post(ANSWER, response_class=HTMLResponse)
def take_answer(token: str, question: str, answer: str) -> HTMLResponse:
    """Record an answer to a mail's question."""
    link = AnswerLink(token, question, answer)
    return _page(_answers_page, lambda page: page.take(link, _now()))


def _now() -> datetime:
    return datetime.now(tz=UTC)  # noqa: TID251 - an endpoint reads the clock


async def _read_body(request: Request) -> bytes:
    """Return the body; stop reading if it is too large."""
    announced = request.headers.get("Content-Length", "")
    if announced.isdecimal() and (len(announced) > MOST_DIGITS or int(announced) > MOST_BYTES):
        raise PostRefusedError(Refusal.TOO_LARGE)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise PostRefusedError(Refusal.TOO_LARGE)
    return bytes(body)


def _answers_page(
    connect_public: Callable[[], psycopg.Connection], settings: PublicSettings, shop: Shop
) -> AnswersPage:
    return AnswersPage(connect_public, settings, shop, asked)


def _page(make: Callable[..., AnyPage], act: Callable[[AnyPage], Page]) -> HTMLResponse:
    settings = read_public_settings()
    if settings is None:
        raise HTTPException(404, f"{URL_VARIABLE} is not set: no mail carries a link to here")
    page = act(make(_connect, settings, read_shop()))
    script = f"; script-src 'nonce-{page.nonce}'" if page.nonce else ""
    headers = PAGE_HEADERS | {"Content-Security-Policy": PAGE_POLICY + script}
    return HTMLResponse(page.html, page.status, headers)
