"""Renders the sandbox's own pages.

Jinja templates in ``page_templates/``, escaped, without external assets or scripts.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from sandbox.state import Sandbox, from_ms

PAGES = Path(__file__).parent / "page_templates"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

ENVIRONMENT = Environment(
    loader=FileSystemLoader(PAGES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters["spaced"] = lambda number: f"{number:,}".replace(",", "\u202f")


def page(request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """Render a page of ``page_templates/``, with times in the sandbox's time zone."""
    sandbox: Sandbox = request.app.state.sandbox
    helpers = {
        "time": lambda milliseconds: local_time(sandbox, milliseconds),
        "base_url": str(request.base_url).rstrip("/"),
    }
    html = ENVIRONMENT.get_template(template).render({"done": False, **helpers, **context})
    return HTMLResponse(
        html, status, headers={"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}
    )


def local_time(sandbox: Sandbox, milliseconds: int) -> datetime:
    """Return a stored time in the time zone of the pages."""
    return from_ms(milliseconds).astimezone(sandbox.timezone)


def pretty(value: Any) -> str:
    """Return indented JSON."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def in_thread(show: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
    """Return an ASGI endpoint for a page.

    It runs in a thread, since rendering many mails must not delay the acceptance of others.
    """

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(show, request)

    return endpoint


async def style_sheet(_request: Request) -> Response:
    """Return the style sheet."""
    return FileResponse(
        PAGES / "style.css", media_type="text/css", headers={"Cache-Control": "no-cache"}
    )
