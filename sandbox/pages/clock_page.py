"""The clock page: the sandbox's time, upcoming mail, and buttons to advance the clock."""

from datetime import timedelta
from typing import TYPE_CHECKING

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox import probabilities
from sandbox.delivery.release import release_due
from sandbox.pages.frame import frame
from sandbox.pages.page import in_thread, page
from sandbox.webhook.posting import WEBHOOKS

if TYPE_CHECKING:
    from sandbox.state import Sandbox

STEPS = {600: "10 minutes", 3600: "1 hour", 6 * 3600: "6 hours", 24 * 3600: "1 day"}
COMING = """
    select
        messages.send_at,
        messages.category,
        messages.state,
        count(*) as messages
    from messages
    where messages.state = 'scheduled'
    group by messages.send_at / 3600, messages.category
    order by messages.send_at
    limit 12
"""


def show_clock(request: Request) -> Response:
    """Show the time, the next scheduled mails, the webhooks, and the injected faults."""
    sandbox: Sandbox = request.app.state.sandbox
    release_due(sandbox)
    chances = probabilities.load(sandbox.database).model_dump()
    webhooks = [
        (row, orjson.loads(row["settings"])["enabled"]) for row in sandbox.database.rows(WEBHOOKS)
    ]
    return page(
        request,
        "clock.html",
        steps=STEPS,
        coming=sandbox.database.rows(COMING),
        webhooks=webhooks,
        posting=sandbox.postman.status(sandbox.now_ms()),
        faults=sandbox.faults.faults,
        chances={name: value for name, value in chances.items() if value and name != "seed"},
        **frame(sandbox),
    )


def advance(request: Request) -> Response:
    """Move the clock by one of ``STEPS`` and show the page again."""
    sandbox: Sandbox = request.app.state.sandbox
    sandbox.clock.advance(timedelta(seconds=request.path_params["seconds"]))
    release_due(sandbox)
    return RedirectResponse("/clock", 303)


routes = [
    Route("/clock", in_thread(show_clock), methods=["GET"]),
    Route("/clock/advance/{seconds:int}", in_thread(advance), methods=["POST"]),
]
