"""What the response to a mail/send proves: exactly five outcomes.

Three of them prove that SendGrid took nothing. A response that is not documented to prove it counts
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
# 404 and 405 mean that the URL is not SendGrid's mail/send, so no mail of the run can leave.
REFUSED_STATUSES = frozenset({401, 403, 404, 405})
ACCEPTED_STATUS = 202
RATE_LIMITED_STATUS = 429
ADDRESS = re.compile(r"\S+@\S+")  # broad on purpose
PERSONALIZATION = re.compile(r"personalizations[.\[](\d+)")
ADDRESSEE = re.compile(r"personalizations[.\[]\d+\]?\.to\b")
MOST_TEXT = 500  # characters; people read these texts


@dataclass(frozen=True)
class ApiError:
    """One entry of SendGrid's error list: its message without addresses, and the field it names."""

    message: str
    field: str | None = None

    @property
    def personalization(self) -> int | None:
        """Index of the personalization that the field is in; None when it is in none."""
        found = PERSONALIZATION.match(self.field or "")
        return int(found[1]) if found else None

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


@dataclass(frozen=True)
class Accepted:
    """202: SendGrid has all messages of the request.

    Attributes:
        pause: how long to wait if this request used up the rate limit; otherwise None.
    """

    sendgrid_message_id: str
    pause: timedelta | None = None
    status: int = ACCEPTED_STATUS
    text: None = None


@dataclass(frozen=True)
class Rejected:
    """SendGrid took nothing, because of the content of the request."""

    status: int
    errors: tuple[ApiError, ...]

    @property
    def is_about_the_request(self) -> bool:
        """Whether an error names a field that all messages share, such as the template."""
        fields = (error.field for error in self.errors if error.field)
        return any(not field.startswith("personalizations") for field in fields)

    @property
    def is_about_addresses(self) -> bool:
        """Whether every error names a recipient's address, so that the template is not at fault."""
        return all(ADDRESSEE.match(error.field or "") for error in self.errors)

    @property
    def text(self) -> str:
        """SendGrid's errors, in one line."""
        return "; ".join(map(str, self.errors))[:MOST_TEXT]


@dataclass(frozen=True)
class Refused:
    """SendGrid took nothing and would take no other request: key, credits, sender or URL."""

    status: int
    text: str


@dataclass(frozen=True)
class NotSent:
    """Nothing was taken for certain, and the same request may be made again.

    Attributes:
        pause: how long SendGrid asks to wait; None when it names no wait.
    """

    text: str
    status: int | None = None
    pause: timedelta | None = None


@dataclass(frozen=True)
class Unknown:
    """SendGrid may or may not have taken the request."""

    text: str
    status: int | None = None


Outcome = Accepted | Rejected | Refused | NotSent | Unknown


def classify(status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
    """Return what a complete response proves.

    Args:
        status: its HTTP status.
        headers: its headers; look-ups must be case-insensitive.
        body: its content, which need not be JSON: gateways respond in HTML.
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
    """Return the text with every e-mail address replaced by `(address)`."""
    return ADDRESS.sub("(address)", text)


def _read_errors(status: int, body: bytes) -> tuple[ApiError, ...]:
    try:
        entries = orjson.loads(body)["errors"]
        errors = tuple(_read_error(entry) for entry in entries)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        errors = ()
    return errors or (ApiError(f"a response with status {status} and without SendGrid's errors"),)


def _read_error(entry: Mapping[str, Any]) -> ApiError:
    field = entry.get("field")
    return ApiError(
        without_addresses(str(entry.get("message"))),
        None if field is None else without_addresses(str(field)),
    )


def _read_pause(headers: Mapping[str, str]) -> timedelta | None:
    """Return the wait that a response asks for; a date is relative to the response's own `Date`."""
    retry_after = headers.get("Retry-After", "")
    if retry_after.isdecimal():
        return timedelta(seconds=int(retry_after))
    answered_at = read_date(headers.get("Date", ""))
    until = read_date(retry_after) or _read_seconds(headers.get("X-RateLimit-Reset", ""))
    if answered_at is None or until is None:
        return None
    return max(until - answered_at, timedelta(0))


def _read_seconds(text: str) -> datetime | None:
    """Parse a Unix time; return None if it is invalid."""
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def read_date(text: str) -> datetime | None:
    """Parse an HTTP date; return None if it is invalid."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
