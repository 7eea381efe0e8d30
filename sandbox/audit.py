"""The audit: duplicates and mail to suppressed addresses, from the sandbox's own records."""

from collections.abc import Iterable
from typing import Any

import orjson

from sandbox.database import Database
from sandbox.mails.messages import DUPLICATED, REACHES
from sandbox.state import from_ms

DUPLICATES = f"""
    select
        messages.paluu_message_id,
        messages.personalization,
        messages.accepted_at,
        messages.state,
        requests.x_message_id,
        messages.custom_args ->> 'paluu_request_id' as paluu_request_id
    from messages
    inner join requests on requests.request_id = messages.request_id
    where messages.paluu_message_id in ({DUPLICATED}) and {REACHES}
    group by messages.request_id, messages.personalization
    order by messages.paluu_message_id, messages.message_id
"""  # noqa: S608 - a constant
SUPPRESSED_BUT_SENT = """
    select
        messages.message_id,
        messages.paluu_message_id,
        requests.x_message_id,
        messages.suppressed_by,
        requests.group_id,
        messages.state,
        messages.accepted_at
    from messages
    inner join requests on requests.request_id = messages.request_id
    where messages.suppressed_by is not null
    order by messages.message_id
"""
BY_STATE = "select state, count(*) as messages from messages group by state"
WITH_MESSAGE_ID = "select count(*) from messages where paluu_message_id is not null"
STATES = (
    "scheduled", "paused", "cancelled", "expired", "dropped", "delivered", "bounced", "blocked"
)  # fmt: skip
REJECTED_BY_STATUS = """
    select status, count(*) as requests
    from requests
    where status >= 400
    group by status
    order by status
"""
REQUESTS_BY_TEMPLATE = """
    select coalesce(template_id, 'none') as template, count(*) as requests
    from requests
    where status = 202
    group by template_id
    order by template_id
"""
MISSING = f"""
    select wanted.value as paluu_message_id
    from json_each(:expected) as wanted
    where
        not exists (
            select 1
            from messages
            where messages.paluu_message_id = wanted.value and {REACHES}
        )
    order by wanted.key
"""  # noqa: S608 - a constant
UNEXPECTED = f"""
    select distinct messages.paluu_message_id
    from messages
    where
        messages.paluu_message_id is not null
        and {REACHES}
        and messages.paluu_message_id not in (select value from json_each(:expected))
    order by messages.paluu_message_id
"""  # noqa: S608 - a constant


def audit(database: Database) -> dict[str, Any]:
    """Return counts and lists of messages, with ids only, without addresses.

    ``duplicates`` lists every ``paluu_message_id`` that reached a person more than once, or will at
    its time, with its requests; copies that were cancelled, expired or dropped do not count,
    bounced ones do. ``suppressed_but_sent`` lists messages to addresses that were on a suppression
    list when the request began to arrive, although the sandbox dropped them.
    ``without_message_id`` counts messages that cannot be checked because they have no id.
    """
    duplicates = _grouped(database)
    suppressed = [_with_times(dict(row)) for row in database.rows(SUPPRESSED_BUT_SENT)]
    rejected = {str(row["status"]): row["requests"] for row in database.rows(REJECTED_BY_STATUS)}
    states = {row["state"]: row["messages"] for row in database.rows(BY_STATE)}
    return {
        "messages": sum(states.values()),
        "accepted": sum(states.values()),
        **{state: states.get(state, 0) for state in STATES},
        "requests_accepted": database.value("select count(*) from requests where status = 202"),
        "requests_rejected": sum(rejected.values()),
        "requests_rejected_by_status": rejected,
        "requests_by_template": {
            row["template"]: row["requests"] for row in database.rows(REQUESTS_BY_TEMPLATE)
        },
        "without_message_id": sum(states.values()) - database.value(WITH_MESSAGE_ID),
        "duplicate_count": len(duplicates),
        "duplicates": duplicates,
        "suppressed_but_sent_count": len(suppressed),
        "suppressed_but_sent": suppressed,
    }


def compared(database: Database, expected: Iterable[str]) -> dict[str, list[str]]:
    """Compare the messages that reached people with the expected ids.

    ``missing`` ids were expected, but reached nobody and are not scheduled; ``unexpected`` ids
    reached somebody or will, but were not expected.
    """
    values = {"expected": orjson.dumps(list(expected)).decode()}
    return {
        "missing": [row["paluu_message_id"] for row in database.rows(MISSING, values)],
        "unexpected": [row["paluu_message_id"] for row in database.rows(UNEXPECTED, values)],
    }


def duplicate_count(database: Database) -> int:
    """Return the number of message ids that reach somebody more than once."""
    return database.value(f"select count(*) from ({DUPLICATED})")  # noqa: S608 - a constant


def _grouped(database: Database) -> list[dict[str, Any]]:
    requests: dict[str, list[dict[str, Any]]] = {}
    for row in database.rows(DUPLICATES):
        acceptance = _with_times(dict(row))
        requests.setdefault(acceptance.pop("paluu_message_id"), []).append(acceptance)
    return [
        {"paluu_message_id": message_id, "requests": accepted}
        for message_id, accepted in requests.items()
    ]


def _with_times(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: from_ms(value).isoformat() if name.endswith("_at") else value
        for name, value in row.items()
    }
