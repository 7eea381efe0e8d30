"""Records events of messages, and the suppressions that they cause."""

import sqlite3
from typing import Any

import orjson

from sandbox.delivery.outcomes import Listing, Release, outcome_of
from sandbox.probabilities import Probabilities

ENABLED_WEBHOOK = """
    select 1
    from webhooks
    where settings ->> 'enabled'
"""
INSERT_EVENT = """
    insert into events (message_id, occurred_at, event, details, is_waiting)
    values (?, ?, ?, ?, ?)
"""
INSERT_LISTING = """
    insert or ignore into suppressions (email, list, group_id, created_at, reason, status)
    values (?, ?, ?, ?, ?, ?)
"""
NO_DETAILS = "{}"


class Recorder:
    """Collects events within one transaction and writes them with few statements."""

    def __init__(
        self, connection: sqlite3.Connection, probabilities: Probabilities, now: int
    ) -> None:
        """Record on ``connection``; ``now`` is in milliseconds."""
        self._connection = connection
        self._probabilities = probabilities
        self._now = now
        self._has_webhook = connection.execute(ENABLED_WEBHOOK).fetchone() is not None
        self._events: list[tuple[int, int, str, str, bool]] = []
        self._listings: list[tuple[str, Listing]] = []

    def processed(self, row: dict[str, Any]) -> None:
        """Record that a message was accepted; a scheduled one includes its time."""
        scheduled = row["send_at"] is not None and row["send_at"] * 1000 > self._now
        details = f'{{"send_at":{row["send_at"]}}}' if scheduled else NO_DETAILS
        self._add(row["message_id"], self._now, "processed", details)

    def release(self, message_id: int, release: Release) -> str:
        """Choose the outcome of a message, record it, and return the message's state."""
        outcome = outcome_of(release, self._probabilities)
        for at, event, details in outcome.events:
            self._add(message_id, at, event, orjson.dumps(details).decode())
        self._listings += [(release.email, listing) for listing in outcome.listings]
        return outcome.state

    def event(self, message_id: int, event: str, details: dict[str, Any]) -> None:
        """Record an event that happens now."""
        self._add(message_id, self._now, event, orjson.dumps(details).decode())

    def write(self) -> None:
        """Write the collected events and suppressions."""
        self._connection.executemany(INSERT_EVENT, self._events)
        self._connection.executemany(
            INSERT_LISTING,
            [
                (email, one.list, one.group_id, one.at, one.reason, one.status)
                for email, one in self._listings
            ],
        )

    def _add(self, message_id: int, at: int, event: str, details: str) -> None:
        # A webhook that is enabled later gets no past events, but may get future ones.
        is_waiting = self._has_webhook or at > self._now
        self._events.append((message_id, at, event, details, is_waiting))
