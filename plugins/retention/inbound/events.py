"""Reads the body of SendGrid's event webhook: a JSON array of flat events with their custom args.

Events with unknown names are stored like any other, so that a new kind of event is not lost. The
stored details contain no address.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import orjson

from retention.ledger.events import Event
from retention.sendgrid.outcomes import without_addresses

ADDRESS_IN_LINK = re.compile(r"\S+%40\S+", re.IGNORECASE)
MOST_ID_CHARACTERS = 200  # SendGrid's have at most 100
MOST_DIGITS = 18  # of an integer of 64 bits
DEEPEST = 20  # levels within an event; SendGrid's are flat
# Fields with a column of their own, and personal data that is not needed.
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
    """Return the events of a post, and the number of its entries that are not events.

    An entry without an id, a name or a time is skipped. If the post were refused because of it,
    SendGrid would retry and finally drop all the other events too.

    Raises:
        MalformedPostError: the body is not a JSON array.
    """
    entries = _parse(body)
    if not isinstance(entries, list):
        message = "the body is not a JSON array"
        raise MalformedPostError(message)
    found = (_read_event(entry) for entry in entries if isinstance(entry, dict))
    events = [event for event in found if event]
    return events, len(entries) - len(events)


def _parse(body: bytes) -> object:
    """Return the parsed body, or None when it is not JSON.

    Unpaired surrogates and huge numbers, which orjson rejects, are read by the standard library, so
    that they lose no event.
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
        details=_details(entry),
    )


def _details(entry: dict[str, Any]) -> dict[str, Any]:
    details = {key: value for key, value in entry.items() if key not in NOT_DETAILS}
    return cast("dict[str, Any]", _without_addresses(details))


def _text(value: object) -> str | None:
    return _storable(value).strip() or None if isinstance(value, str) else None


def _storable(text: str) -> str:
    """Return the text without what PostgreSQL cannot store: null bytes and unpaired surrogates."""
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


def _without_addresses(value: object, depth: int = 0) -> object:
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
