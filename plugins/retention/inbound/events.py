"""Reads the body of SendGrid's event webhook: a JSON array of events, flat, custom args included.

Events of names that we do not know are kept like any other: a new kind of event must not be lost
because nobody has told us about it. What is kept beside the names holds no address.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from retention.ledger.events import Event
from retention.sendgrid.outcomes import without_addresses

ADDRESS_IN_LINK = re.compile(r"\S+%40\S+", re.IGNORECASE)
MOST_ID_CHARACTERS = 200  # SendGrid's have at most 100
MOST_DIGITS = 18  # of an integer of 64 bits
DEEPEST = 20  # of what stands within an event; SendGrid's are flat
# What has a column of its own, and what is about a person and of no use to us.
NOT_DETAILS = frozenset(
    {
        "email",
        "event",
        "ip",
        "paluu_attempt_id",
        "paluu_message_id",
        "paluu_request_id",
        "sg_event_id",
        "sg_message_id",
        "smtp-id",
        "timestamp",
    }
)


class MalformedPostError(ValueError):
    """The body is not a JSON array."""


def read_events(body: bytes) -> tuple[list[Event], int]:
    """Return the events of a post, and how many entries of it are none.

    An entry without id, name or time is left out: refusing the post for it would have SendGrid
    repeat and at last drop all the others.

    Raises:
        MalformedPostError: the body is no array.
    """
    entries = _parse(body)
    if not isinstance(entries, list):
        message = "the body is not a JSON array"
        raise MalformedPostError(message)
    found = (_read_event(entry) for entry in entries if isinstance(entry, dict))
    events = [event for event in found if event]
    return events, len(entries) - len(events)


def _parse(body: bytes) -> Any:
    """Return what the body says, None when it is no JSON.

    Half a character and a number beyond all bounds are JSON to others, and cost no event here.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(body.decode(), parse_int=_parse_integer)
    except (ValueError, RecursionError):
        return None


def _parse_integer(digits: str) -> float:
    return int(digits) if len(digits) <= MOST_DIGITS else float(digits)


def _read_event(entry: dict[str, Any]) -> Event | None:
    sg_event_id, name = _text(entry.get("sg_event_id")), _text(entry.get("event"))
    occurred_at = _moment(entry.get("timestamp"))
    if not sg_event_id or len(sg_event_id) > MOST_ID_CHARACTERS or not name or not occurred_at:
        return None
    return Event(
        sg_event_id=sg_event_id,
        event=name,
        occurred_at=occurred_at,
        message_id=_uuid(entry.get("paluu_message_id")),
        request_id=_uuid(entry.get("paluu_request_id")),
        attempt_id=_text(entry.get("paluu_attempt_id")),
        sg_message_id=_text(entry.get("sg_message_id")),
        address=_text(entry.get("email")),
        group_id=_integer(entry.get("asm_group_id")),
        details=_without_addresses(
            {key: value for key, value in entry.items() if key not in NOT_DETAILS}
        ),
    )


def _text(value: object) -> str | None:
    return _storable(value).strip() or None if isinstance(value, str) else None


def _storable(text: str) -> str:
    """Return the text without what PostgreSQL cannot hold: zero bytes and halves of characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _without_addresses(value: Any, depth: int = 0) -> Any:
    if depth > DEEPEST:
        return None
    if isinstance(value, str):
        return ADDRESS_IN_LINK.sub("(address)", without_addresses(_storable(value)))
    if isinstance(value, list):
        return [_without_addresses(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {
            _without_addresses(key): _without_addresses(item, depth + 1)
            for key, item in value.items()
        }
    return value
