"""The JSON of an event: custom arguments are top-level in the webhook, and separate in logs."""

import hashlib
from base64 import urlsafe_b64encode
from typing import Any

import orjson

EVENTS = """
    select
        events.event_id,
        events.event,
        events.occurred_at,
        events.details,
        messages.message_id,
        messages.email,
        messages.custom_args,
        requests.request_id,
        requests.x_message_id,
        requests.categories,
        requests.group_id
    from events
    inner join messages on messages.message_id = events.message_id
    inner join requests on requests.request_id = messages.request_id
"""
BY_READER = frozenset({
    "open", "click", "spamreport", "unsubscribe", "group_unsubscribe", "group_resubscribe",
})  # fmt: skip
"""Events caused by the reader; they have the reader's IP address and no SMTP id."""

MAIL_SERVER = "198.51.100.25"
READER = "203.0.113.7"


def message_id_of(row: Any) -> str:
    """Return SendGrid's id of one message: the request's id plus a unique suffix."""
    return f"{row['x_message_id']}.recvd-sandbox-{row['request_id']:x}-{row['message_id']:x}.0"


def event_of(row: Any) -> dict[str, Any]:
    """Return an event without custom arguments, as in the logs."""
    details = orjson.loads(row["details"])
    is_async = details.pop("is_async", False)
    event = {
        "email": row["email"],
        "timestamp": row["occurred_at"] // 1000,
        "event": row["event"],
        "sg_event_id": _event_id(row),
        **({} if is_async else {"sg_message_id": message_id_of(row)}),
        **_address(row, is_async=is_async),
        "category": orjson.loads(row["categories"]),
        "asm_group_id": row["group_id"],
        **details,
    }
    return {name: value for name, value in event.items() if value not in (None, [])}


def webhook_event(row: Any) -> dict[str, Any]:
    """Return an event as posted to webhooks; SendGrid's fields override custom arguments."""
    return {**orjson.loads(row["custom_args"]), **event_of(row)}


def _event_id(row: Any) -> str:
    seed = f"{row['x_message_id']}:{row['event_id']}".encode()
    return urlsafe_b64encode(hashlib.sha256(seed).digest()[:16]).rstrip(b"=").decode()


def _address(row: Any, *, is_async: bool) -> dict[str, str]:
    if row["event"] in BY_READER:
        return {} if row["event"] == "spamreport" else {"ip": READER}
    smtp_id = f"<{row['x_message_id']}.{row['message_id']}@sandbox.example.com>"
    from_server = {"ip": MAIL_SERVER} if row["event"] in {"delivered", "bounce", "deferred"} else {}
    return from_server if is_async else {"smtp-id": smtp_id, **from_server}
