"""SendGrid's ``formatDate``: formats an ISO 8601 time by tokens, in UTC or at a fixed offset."""

import calendar
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

INVALID = "Invalid date"

TOKENS: dict[str, Callable[[datetime], str]] = {
    "YYYY": lambda time: f"{time.year:04}",
    "YY": lambda time: f"{time.year % 100:02}",
    "MMMM": lambda time: calendar.month_name[time.month],
    "MMM": lambda time: calendar.month_abbr[time.month],
    "MM": lambda time: f"{time.month:02}",
    "M": lambda time: str(time.month),
    "DD": lambda time: f"{time.day:02}",
    "D": lambda time: str(time.day),
    "dddd": lambda time: calendar.day_name[time.weekday()],
    "ddd": lambda time: calendar.day_abbr[time.weekday()],
    "HH": lambda time: f"{time.hour:02}",
    "H": lambda time: str(time.hour),
    "hh": lambda time: f"{_twelve_hours(time):02}",
    "h": lambda time: str(_twelve_hours(time)),
    "mm": lambda time: f"{time.minute:02}",
    "m": lambda time: str(time.minute),
    "ss": lambda time: f"{time.second:02}",
    "s": lambda time: str(time.second),
    "A": lambda time: "AM" if time.hour < 12 else "PM",  # noqa: PLR2004 - noon
    "ZZ": lambda time: time.strftime("%z"),
    "Z": lambda time: f"{time.strftime('%z')[:3]}:{time.strftime('%z')[3:]}",
}
PATTERN = re.compile("|".join(TOKENS))
OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")


def format_date(timestamp: Any, pattern: str, offset: str = "") -> str:
    """Format an ISO 8601 timestamp; ``offset`` looks like ``-0800``, and an empty one means UTC.

    Returns "Invalid date" for anything that is not a timestamp, as the JavaScript original does,
    and for an impossible offset.
    """
    try:
        time = datetime.fromisoformat(str(timestamp))
        aware = time if time.tzinfo else time.replace(tzinfo=UTC)
        local = aware.astimezone(_zone(str(offset or "")))
    except (ValueError, OverflowError):
        return INVALID
    return PATTERN.sub(lambda token: TOKENS[token[0]](local), str(pattern or ""))


def _zone(offset: str) -> timezone:
    match = OFFSET.fullmatch(offset)
    if match is None:
        return UTC
    distance = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-distance if match[1] == "-" else distance)


def _twelve_hours(time: datetime) -> int:
    return time.hour % 12 or 12
