"""The timeline of one message in plain words: accepted, delivered, opened, unsubscribed."""

from dataclasses import dataclass

import orjson

from sandbox.mails.messages import StoredMessage
from sandbox.state import Sandbox

EVENTS = """
    select event, occurred_at, details
    from events
    where message_id = ? and occurred_at <= ?
    order by occurred_at, event_id
"""
UNSUBSCRIBED = """
    select coalesce(unsubscribe_groups.name, 'everything') as name, suppressions.created_at
    from suppressions
    left join unsubscribe_groups on unsubscribe_groups.group_id = suppressions.group_id
    where
        suppressions.email = ?
        and suppressions.list in ('group', 'global')
        and suppressions.created_at <= ?
"""
WORDS = {
    "delivered": "delivered",
    "deferred": "deferred by the mail server",
    "bounce": "bounced",
    "dropped": "dropped",
    "open": "opened",
    "click": "link clicked",
    "spamreport": "reported as spam",
}
DISCARDED = {"cancelled": "cancelled, not sent", "expired": "paused for too long, not sent"}


@dataclass(frozen=True)
class Step:
    """One line of the timeline.

    Attributes:
        at: in milliseconds.
        mood: ``good``, ``wrong`` or ``coming``; it colours the dot.
        note: a detail in small print, or an empty string.
    """

    at: int
    words: str
    mood: str = "good"
    note: str = ""


def timeline(sandbox: Sandbox, message: StoredMessage, copies: list[dict[str, int]]) -> list[Step]:
    """Return the past and scheduled steps of a message, in order.

    ``copies`` are the rows of all acceptances, if there was more than one.
    """
    now, row = sandbox.now_ms(), message.row
    accepted = [
        Step(copy["accepted_at"], "accepted again" if index else "accepted", _mood(wrong=index > 0))
        for index, copy in enumerate(copies or [row])
    ]
    events = [
        _event(event)
        for event in sandbox.database.rows(EVENTS, (message.message_id, now))
        if event["event"] in WORDS
    ]
    left = [
        Step(found["created_at"], f"unsubscribed from {found['name']}", "wrong")
        for found in sandbox.database.rows(UNSUBSCRIBED, (row["email"], now))
    ]
    return sorted([*accepted, *events, *left, *_schedule(row)], key=lambda step: step.at)


def _schedule(row: dict[str, int]) -> list[Step]:
    if row["send_at"] is None:
        return []
    at, state = row["send_at"] * 1000, str(row["state"])
    if state in DISCARDED:
        return [Step(at, DISCARDED[state], "wrong")]
    if state == "paused":
        return [Step(at, "would have been sent, but is paused", "coming")]
    words = "scheduled for this time" if state == "scheduled" else "scheduled time"
    return [Step(at, words, "coming" if state == "scheduled" else "good")]


def _event(row: dict[str, str]) -> Step:
    details = orjson.loads(row["details"])
    words = WORDS[row["event"]]
    if details.get("sg_machine_open"):
        words = "opened by the mail program"
    if details.get("type") == "blocked":
        words = "blocked"
    wrong = row["event"] in {"bounce", "dropped", "spamreport", "deferred"}
    note = details.get("reason") or (details.get("response", "") if wrong else "")
    return Step(int(row["occurred_at"]), words, _mood(wrong=wrong), note or details.get("url", ""))


def _mood(*, wrong: bool) -> str:
    return "wrong" if wrong else "good"
