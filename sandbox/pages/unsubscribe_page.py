"""The page behind a mail's unsubscribe link.

GET only shows it, POST unsubscribes: link scanners must not unsubscribe people.
"""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.delivery.events import Recorder
from sandbox.mails import messages
from sandbox.mails.messages import StoredMessage
from sandbox.pages.page import page
from sandbox.probabilities import Probabilities
from sandbox.state import Sandbox

PATH = "/unsubscribe/{x_message_id}/{message_id:int}"

LEAVE = """
    insert or ignore into suppressions (email, list, group_id, created_at) values (?, ?, ?, ?)
"""
LEFT = "select group_id from suppressions where email = ? and list in ('group', 'global')"


async def show(request: Request) -> Response:
    """Show what the recipient would unsubscribe from, and a button."""
    return await run_in_threadpool(_show, request)


async def act(request: Request) -> Response:
    """Unsubscribe the recipient from the mail's group, or from everything if it has none."""
    return await run_in_threadpool(_act, request)


def _show(request: Request) -> Response:
    sandbox, message = _found(request)
    if message is None:
        return page(request, "not_found.html", status=404)
    return page(
        request,
        "unsubscribe.html",
        **_choices(sandbox, message, "preferences" in request.query_params),
    )


def _act(request: Request) -> Response:
    sandbox, message = _found(request)
    if message is None:
        return page(request, "not_found.html", status=404)
    everything = "everything" in request.query_params
    group_id = None if everything else message.row["group_id"]
    with sandbox.database.transaction() as connection:
        connection.execute(
            LEAVE,
            (message.row["email"], "group" if group_id else "global", group_id, sandbox.now_ms()),
        )
        recorder = Recorder(connection, Probabilities(), sandbox.now_ms())
        recorder.event(message.message_id, "group_unsubscribe" if group_id else "unsubscribe", {})
        recorder.write()
    return page(
        request, "unsubscribe.html", **_choices(sandbox, message, preferences=True), done=True
    )


def _found(request: Request) -> tuple[Sandbox, StoredMessage | None]:
    sandbox: Sandbox = request.app.state.sandbox
    message = messages.one(sandbox.database, request.path_params["message_id"])
    if message is not None and message.x_message_id != request.path_params["x_message_id"]:
        message = None
    return sandbox, message


def _choices(sandbox: Sandbox, message: StoredMessage, preferences: bool) -> dict[str, Any]:  # noqa: FBT001 - one caller each
    group = sandbox.database.row(
        "select * from unsubscribe_groups where group_id = ?", (message.row["group_id"],)
    )
    left = sandbox.database.rows(LEFT, (message.row["email"],))
    return {
        "message": message,
        "group": group,
        "left": [row["group_id"] for row in left],
        "preferences": preferences,
    }


routes = [
    Route(PATH, show, methods=["GET"]),
    Route(PATH, act, methods=["POST"]),
]
