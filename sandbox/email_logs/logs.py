"""The Email Logs API: messages by a query, or one message with all its events."""

from typing import Any

import orjson
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.api.endpoint import Call, endpoint
from sandbox.contract.api_errors import rejected
from sandbox.delivery import release
from sandbox.email_logs.logs_query import conditions
from sandbox.mails import messages
from sandbox.mails.event_payload import EVENTS, event_of, message_id_of
from sandbox.mails.rendering import subject_of
from sandbox.state import Sandbox, from_ms

DEFAULT_LIMIT = 10
MOST_EVENTS = 100
STATUSES = {
    "scheduled": "processed",
    "paused": "processed",
    "cancelled": "dropped",
    "expired": "dropped",
}
"""Statuses in the logs that differ from the sandbox's states."""

REASON = """
    select coalesce(details ->> 'reason', details ->> 'response')
    from events
    where message_id = ? and event in ('dropped', 'bounce', 'deferred', 'delivered')
    order by event_id desc
    limit 1
"""
SELECT = f"{messages.SELECT} where {{where}} order by messages.message_id desc limit ?"
EVENTS_OF_ONE = f"""
    {EVENTS}
    where events.message_id = ? and events.occurred_at <= ?
    order by events.occurred_at desc, events.event_id desc
    limit ?
"""


def search(sandbox: Sandbox, call: Call) -> Response:
    """List the messages found by a query, newest first."""
    sandbox.contract.check("search logs", call.body)
    release.release_due(sandbox)
    query = call.body.get("query", "")
    if "subject" in query:
        messages.fill_subjects(sandbox.database, subject_of)
    where, values = conditions(query)
    limit = call.body.get("limit", DEFAULT_LIMIT)
    rows = sandbox.database.rows(SELECT.format(where=where), [*values, limit])
    return JSONResponse(
        {"messages": [_summary(sandbox, one) for one in messages.loaded(sandbox.database, rows)]}
    )


def get_one(sandbox: Sandbox, call: Call) -> Response:
    """Return one message with its custom arguments and events, newest first."""
    release.release_due(sandbox)
    where, values = conditions(f"sg_message_id = '{call.path_params['sg_message_id']}'")
    rows = sandbox.database.rows(SELECT.format(where=where), [*values, 1])
    found = next(iter(messages.loaded(sandbox.database, rows)), None)
    if found is None:
        raise rejected(404, "message not found")
    limits = (found.message_id, sandbox.now_ms(), MOST_EVENTS)
    events = [_event(row) for row in sandbox.database.rows(EVENTS_OF_ONE, limits)]
    answer = {
        **_summary(sandbox, found),
        "template_id": found.template_id,
        "asm_group_id": found.row["group_id"],
        "api_key_id": "sandbox",
        "client_ip": "127.0.0.1",
        "category": found.mail.get("categories", []),
        "custom_args": found.custom_args,
        "events": [*_discarded(found), *events],
    }
    return JSONResponse({name: value for name, value in answer.items() if value is not None})


def _summary(sandbox: Sandbox, message: messages.StoredMessage) -> dict[str, Any]:
    state = message.row["state"]
    summary = {
        "from_email": message.sender["email"],
        "sg_message_id": message_id_of(message.row),
        "subject": subject_of(message),
        "to_email": message.row["email"],
        "reason": sandbox.database.value(REASON, (message.message_id,)),
        "status": STATUSES.get(state, state),
        "sg_message_id_created_at": from_ms(message.row["accepted_at"]).isoformat(),
    }
    return {name: value for name, value in summary.items() if value is not None}


def _event(row: Any) -> dict[str, Any]:
    event = event_of(row)
    if row["event"] == "unsubscribe":
        event["date"] = f"{from_ms(row['occurred_at']):%Y-%m-%d}"
    # Unlike in the webhook, every event has its message's id.
    return {
        **event,
        "sg_message_id": message_id_of(row),
        "custom_args": orjson.loads(row["custom_args"]),
    }


def _discarded(message: messages.StoredMessage) -> list[dict[str, Any]]:
    """Return the log event of a cancelled or expired message; the webhook has no such event."""
    row = message.row
    if row["state"] not in {"cancelled", "expired"} or row["released_at"] is None:
        return []
    return [
        {
            "event": "cancel_drop",
            "email": row["email"],
            "sg_message_id": message_id_of(row),
            "sg_event_id": f"cancel-{message.message_id}",
            "timestamp": row["released_at"] // 1000,
            "smtp-id": f"<{row['x_message_id']}@sandbox.example.com>",
            "reason": "Cancelled" if row["state"] == "cancelled" else "Expired",
            "custom_args": message.custom_args,
        }
    ]


routes = [
    Route("/v3/logs", endpoint(search), methods=["POST"]),
    Route("/v3/logs/{sg_message_id}", endpoint(get_one), methods=["GET"]),
]
