"""Parses queries of the Email Logs API: conditions on known fields, joined by AND, not nested."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson

from sandbox.contract.api_errors import RequestRejected, rejected

CONDITION = re.compile(
    r"""\s*(?P<field>\w+)\s*(?P<operator>>=|<=|=|>|<|\bIN\b)\s*
    (?P<value>\([^()]*\)|(?:TIMESTAMP\s+)?(?:"[^"]*"|'[^']*'))
    \s*(?P<next>\bAND\b|$)""",
    re.IGNORECASE | re.VERBOSE,
)
QUOTED = re.compile(r""""([^"]*)"|'([^']*)'""")
SG_MESSAGE_ID = re.compile(r"(?P<x_message_id>.+)\.recvd-sandbox-[0-9a-f]+-(?P<id>[0-9a-f]+)\.0")
SYNTAX = (
    "conditions are written as field = 'value', field IN ('value', ...), or "
    'sg_message_id_created_at > TIMESTAMP "2025-01-01T00:00:00Z", joined by AND'
)

STATUS = """
    case messages.state
        when 'scheduled' then 'processed'
        when 'paused' then 'processed'
        when 'cancelled' then 'dropped'
        when 'expired' then 'dropped'
        else messages.state
    end
"""
CATEGORIES = """
    exists (
        select 1
        from json_each(requests.categories) as category
        where category.value in (select value from json_each(?))
    )
"""
REASONS = """
    exists (
        select 1
        from events
        where events.message_id = messages.message_id and events.details ->> 'reason' = ?
    )
"""

Clause = tuple[str, list[Any]]


def conditions(query: str) -> Clause:
    """Return a where clause and its parameters; an empty query matches everything.

    Raises:
        RequestRejected: 400, if the query is malformed or has an unknown field or operator.
    """
    clauses: list[str] = []
    values: list[Any] = []
    position = 0
    while position < len(query.rstrip()):
        match = CONDITION.match(query, position)
        if match is None:
            raise _unreadable(query[position:])
        clause, parameters = _clause(match)
        clauses.append(clause)
        values += parameters
        position = match.end()
    return " and ".join(clauses) or "1 = 1", values


def _clause(match: re.Match[str]) -> Clause:
    field, operator = match["field"].lower(), match["operator"].upper()
    texts = [double or single for double, single in QUOTED.findall(match["value"])]
    if field == "sg_message_id_created_at" and operator not in {"=", "IN"}:
        return f"messages.accepted_at {operator} ?", [_milliseconds(texts[0])]
    if (field, operator) not in READERS or not texts or (operator == "=" and len(texts) > 1):
        raise _unreadable(match[0])
    return READERS[field, operator](texts)


def _by_id(texts: list[str]) -> Clause:
    match = SG_MESSAGE_ID.fullmatch(texts[0])
    if match is None:
        return "1 = 0", []
    clause = "messages.message_id = ? and requests.x_message_id = ?"
    return clause, [int(match["id"], 16), match["x_message_id"]]


READERS: dict[tuple[str, str], Callable[[list[str]], Clause]] = {
    ("sg_message_id", "="): _by_id,
    ("subject", "="): lambda texts: ("messages.subject = ?", texts),
    ("to_email", "="): lambda texts: ("messages.email = ?", texts),
    ("reason", "="): lambda texts: (REASONS, texts),
    ("status", "IN"): lambda texts: (f"{STATUS} in ({_marks(texts)})", texts),
    ("categories", "IN"): lambda texts: (CATEGORIES, [orjson.dumps(texts).decode()]),
}
"""Functions that build a clause from a condition's quoted values, by field and operator."""


def _marks(texts: list[str]) -> str:
    return ", ".join("?" * len(texts))


def _milliseconds(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _unreadable(text) from None
    if moment.tzinfo is None:
        raise _unreadable(text)
    return round(moment.timestamp() * 1000)


def _unreadable(text: str) -> RequestRejected:
    return rejected(400, f"cannot read the query at: {text.strip()[:80]}", "query", SYNTAX)
