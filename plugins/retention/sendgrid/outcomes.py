"""What the answer to a mail/send proves: the five outcomes, and nothing in between.

Only three of them prove that SendGrid took nothing. Whatever is not documented to prove it counts
as unknown, since a mail sent twice cannot be taken back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

REJECTED_STATUSES = frozenset({400, 413, 415})
# 404 and 405 mean that the URL does not lead to SendGrid's mail/send: no mail of the run can leave.
REFUSED_STATUSES = frozenset({401, 403, 404, 405})
ACCEPTED_STATUS = 202
RATE_LIMITED_STATUS = 429
ADDRESS = re.compile(r"\S+@\S+")  # rather too much than too little
PERSONALIZATION = re.compile(r"personalizations[.\[](\d+)")
ADDRESSEE = re.compile(r"personalizations[.\[]\d+\]?\.to\b")
MOST_TEXT = 500  # characters; an error text is for a person


@dataclass(frozen=True)
class ApiError:
    """One entry of SendGrid's error list: its words without addresses, and the field they name."""

    message: str
    field: str | None = None

    @property
    def personalization(self) -> int | None:
        """Index of the personalization that the field lies in; None when it lies in none."""
        found = PERSONALIZATION.match(self.field or "")
        return int(found[1]) if found else None

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


@dataclass(frozen=True)
class Accepted:
    """202: SendGrid has all messages of the request.

    Attributes:
        pause: how long SendGrid will take no more, when this was the last one of its rate limit.
    """

    sendgrid_message_id: str
    pause: timedelta | None = None
    status: int = ACCEPTED_STATUS
    text: None = None


@dataclass(frozen=True)
class Rejected:
    """SendGrid took nothing, because of what the request says."""

    status: int
    errors: tuple[ApiError, ...]

    @property
    def is_about_the_request(self) -> bool:
        """Whether an error names a field that all messages share, such as the template."""
        fields = (error.field for error in self.errors if error.field)
        return any(not field.startswith("personalizations") for field in fields)

    @property
    def is_about_addresses(self) -> bool:
        """Whether every error names an address: a message's own, whatever its template holds."""
        return all(ADDRESSEE.match(error.field or "") for error in self.errors)

    @property
    def text(self) -> str:
        """SendGrid's words, in one line."""
        return "; ".join(map(str, self.errors))[:MOST_TEXT]


@dataclass(frozen=True)
class Refused:
    """SendGrid took nothing and would take no other request either: key, credits or sender."""

    status: int
    text: str


@dataclass(frozen=True)
class NotSent:
    """It is proved that nothing was taken, and the same request may be made again.

    Attributes:
        pause: how long SendGrid asks to wait; None when it does not say.
    """

    text: str
    status: int | None = None
    pause: timedelta | None = None


@dataclass(frozen=True)
class Unknown:
    """SendGrid may have taken the request or not."""

    text: str
    status: int | None = None


Outcome = Accepted | Rejected | Refused | NotSent | Unknown


def classify(status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
    """Return what a complete answer proves.

    Args:
        status: its HTTP status.
        headers: its headers; look-ups must not mind upper and lower case.
        body: its content, which need not be JSON: gateways answer in HTML.
    """
    if status == ACCEPTED_STATUS and headers.get("X-Message-Id"):
        is_last = headers.get("X-RateLimit-Remaining") == "0"
        return Accepted(headers["X-Message-Id"], _read_pause(headers) if is_last else None)
    errors = _read_errors(status, body)
    if status in REJECTED_STATUSES:
        return Rejected(status, errors)
    text = f"HTTP {status}: {Rejected(status, errors).text}"
    if status in REFUSED_STATUSES:
        return Refused(status, text)
    if status == RATE_LIMITED_STATUS:
        return NotSent(text, status, _read_pause(headers))
    return Unknown(text, status)


def without_addresses(text: str) -> str:
    """Return the text with every e-mail address in it blotted out."""
    return ADDRESS.sub("(address)", text)


def _read_errors(status: int, body: bytes) -> tuple[ApiError, ...]:
    try:
        entries = orjson.loads(body)["errors"]
        errors = tuple(_read_error(entry) for entry in entries)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        errors = ()
    return errors or (ApiError(f"an answer with status {status} and without SendGrid's errors"),)


def _read_error(entry: Mapping[str, Any]) -> ApiError:
    field = entry.get("field")
    return ApiError(
        without_addresses(str(entry.get("message"))),
        None if field is None else without_addresses(str(field)),
    )


def _read_pause(headers: Mapping[str, str]) -> timedelta | None:
    """Return the wait that an answer asks for; a moment is held against the answer's own clock."""
    retry_after = headers.get("Retry-After", "")
    if retry_after.isdecimal():
        return timedelta(seconds=int(retry_after))
    answered_at = read_date(headers.get("Date", ""))
    until = read_date(retry_after) or _read_seconds(headers.get("X-RateLimit-Reset", ""))
    if answered_at is None or until is None:
        return None
    return max(until - answered_at, timedelta(0))


def _read_seconds(text: str) -> datetime | None:
    """Return the moment of a Unix time; None when it is none."""
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def read_date(text: str) -> datetime | None:
    """Return the moment of an HTTP date; None when it is none."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
