"""The inbox: a searchable list of messages, and the list of refused requests."""

from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.delivery.release import release_due
from sandbox.mails import messages
from sandbox.mails.messages import Filter, StoredMessage
from sandbox.mails.plain_text import snippet_of, text_of
from sandbox.mails.rendering import Rendered, render, subject_of
from sandbox.pages.frame import frame
from sandbox.pages.page import in_thread, page, pretty, style_sheet
from sandbox.state import Sandbox, from_ms

PAGE_SIZE = 25
JSON_LIMIT = 1000


def show_list(request: Request) -> Response:
    """Show a page of messages, newest first."""
    sandbox, wanted = _requested(request)
    number = _number(request, "page", 1)
    rows = messages.page(sandbox.database, wanted, PAGE_SIZE, (number - 1) * PAGE_SIZE)
    base_url = str(request.base_url).rstrip("/")
    items = [
        (message, rendered, snippet_of(text_of(rendered.html) or rendered.text))
        for message, rendered in ((row, render(row, base_url)) for row in rows)
    ]
    return page(
        request,
        "inbox.html",
        items=items,
        wanted=wanted,
        link=lambda **changes: _link(wanted, changes),
        total=messages.count(sandbox.database, wanted),
        number=number,
        first=(number - 1) * PAGE_SIZE + 1,
        **frame(sandbox, wanted.campaign),
    )


def _link(wanted: Filter, changes: dict[str, str]) -> str:
    """Return the list's URL with some filters changed."""
    filters = {
        "q": wanted.q,
        "campaign": wanted.campaign,
        "state": wanted.state,
        "duplicates": "1" if wanted.duplicates else "",
        **changes,
    }
    return "/?" + urlencode({name: value for name, value in filters.items() if value})


def show_rejected(request: Request) -> Response:
    """Show refused requests with SendGrid's messages and the real causes."""
    sandbox: Sandbox = request.app.state.sandbox
    number = _number(request, "page", 1)
    rows = sandbox.database.rows(
        "select * from requests where status >= 400 order by request_id desc limit ? offset ?",
        (PAGE_SIZE, (number - 1) * PAGE_SIZE),
    )
    items = [(row, orjson.loads(row["errors"]), _pretty_bytes(row["body"])) for row in rows]
    around = frame(sandbox)
    first = (number - 1) * PAGE_SIZE + 1
    return page(
        request,
        "rejected.html",
        items=items,
        number=number,
        total=around["rejected"],
        first=first,
        **around,
    )


def list_json(request: Request) -> Response:
    """List messages as JSON.

    Parameters: ``q``, ``campaign``, ``state``, ``duplicates``, ``limit`` (up to 1,000), ``offset``.
    """
    sandbox, wanted = _requested(request)
    limit, offset = min(_number(request, "limit", 100), JSON_LIMIT), _number(request, "offset", 0)
    rows = messages.page(sandbox.database, wanted, limit, offset)
    base_url = str(request.base_url).rstrip("/")
    found = [_as_json(message, render(message, base_url)) for message in rows]
    return JSONResponse({"total": messages.count(sandbox.database, wanted), "messages": found})


def _as_json(message: StoredMessage, rendered: Rendered) -> dict[str, Any]:
    row, send_at = message.row, message.row["send_at"]
    return {
        "id": message.message_id,
        "x_message_id": message.x_message_id,
        "from": message.sender,
        "to": row["email"],
        "to_name": row["name"],
        "subject": rendered.subject,
        "text": rendered.text,
        "category": row["category"],
        "categories": message.mail.get("categories", []),
        "locale": rendered.locale or None,
        "custom_args": message.custom_args,
        "paluu_message_id": row["paluu_message_id"],
        "paluu_request_id": message.custom_args.get("paluu_request_id"),
        "template_id": message.template_id,
        "batch_id": row["batch_id"],
        "group_id": row["group_id"],
        "state": row["state"],
        "send_at": from_ms(send_at * 1000).isoformat() if send_at is not None else None,
        "accepted_at": from_ms(row["accepted_at"]).isoformat(),
        "error": rendered.error or None,
    }


def _requested(request: Request) -> tuple[Sandbox, Filter]:
    """Read the filter from the URL; for a search, make sure that all subjects are rendered."""
    sandbox: Sandbox = request.app.state.sandbox
    release_due(sandbox)
    query = request.query_params
    wanted = Filter(
        query.get("q", ""),
        query.get("campaign", ""),
        query.get("state", ""),
        "duplicates" in query,
    )
    if wanted.q:
        messages.fill_subjects(sandbox.database, subject_of)
    return sandbox, wanted


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, "")
    return max(default and 1, int(text)) if text.isdigit() else default


def _pretty_bytes(body: bytes) -> str:
    try:
        return pretty(orjson.loads(body)) if body else ""
    except orjson.JSONDecodeError:
        return body[:4000].decode(errors="replace")


routes = [
    Route("/", in_thread(show_list)),
    Route("/messages.json", in_thread(list_json)),
    Route("/_sandbox/messages.json", in_thread(list_json)),
    Route("/rejected", in_thread(show_rejected)),
    Route("/style.css", style_sheet),
]
