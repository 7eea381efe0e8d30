"""Posts events to the webhooks in signed arrays, with retries for 24 hours."""

import logging
import random
import sqlite3
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from sandbox import probabilities
from sandbox.database import Database
from sandbox.mails.event_payload import EVENTS, webhook_event
from sandbox.probabilities import Probabilities
from sandbox.webhook import signing

log = logging.getLogger("sandbox")

MOST_EVENTS = 1000
"""Maximum events in one array; SendGrid publishes no figure."""
GIVE_UP_AFTER = 24 * 3600_000
FIRST_RETRY = 60_000
LONGEST_WAIT = 4 * 3600_000
"""Milliseconds of the sandbox's clock; each wait is twice as long as the last one."""
TIMEOUT_SECONDS = 10.0

SWITCHES = {
    "processed": "processed",
    "dropped": "dropped",
    "deferred": "deferred",
    "delivered": "delivered",
    "bounce": "bounce",
    "open": "open",
    "click": "click",
    "spamreport": "spam_report",
    "unsubscribe": "unsubscribe",
    "group_unsubscribe": "group_unsubscribe",
    "group_resubscribe": "group_resubscribe",
}
"""The setting that turns each kind of event on."""

WEBHOOKS = "select * from webhooks order by created_at, webhook_id"

WAITING = f"""
    {EVENTS}
    where events.is_waiting = 1 and events.occurred_at <= ?
    order by events.occurred_at, events.event_id
    limit ?
"""
INSERT_POST = """
    insert into posts (webhook_id, body, events, created_at, next_attempt_at)
    values (?, ?, ?, ?, ?)
"""
DUE = """
    select posts.*, webhooks.url, webhooks.private_key
    from posts
    inner join webhooks on webhooks.webhook_id = posts.webhook_id
    where posts.next_attempt_at <= ?
    order by posts.post_id
"""
TAKEN = """
    update posts
    set attempts = attempts + 1, outcome = ?, next_attempt_at = null, body = x''
    where post_id = ?
"""
NOT_TAKEN = """
    update posts
    set attempts = attempts + 1, outcome = ?, next_attempt_at = ?
    where post_id = ?
"""
GIVE_UP = """
    update posts
    set next_attempt_at = null, is_lost = 1, body = x''
    where next_attempt_at is not null and created_at <= ?
"""
STATUS = """
    select
        coalesce(sum(next_attempt_at is not null), 0) as posts_waiting,
        coalesce(sum(next_attempt_at is null and not is_lost), 0) as posts_taken,
        coalesce(sum(is_lost), 0) as posts_lost,
        coalesce(sum(case when next_attempt_at is null and not is_lost then events end), 0)
            as events_taken,
        coalesce(sum(attempts), 0) as attempts
    from posts
"""
LAST_OUTCOME = "select outcome from posts where attempts > 0 order by post_id desc limit 1"
EVENTS_WAITING = "select count(*) from events where is_waiting = 1 and occurred_at <= ?"


@dataclass(frozen=True)
class _Attempt:
    was_taken: bool
    outcome: str


class Postman:
    """Posts events to webhooks, one round at a time across all threads."""

    def __init__(self, database: Database) -> None:
        """Post the events of ``database``."""
        self._database = database
        self._round = threading.Lock()
        self._client = httpx.Client(
            timeout=TIMEOUT_SECONDS, trust_env=False, headers={"User-Agent": "SendGrid Event API"}
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def deliver(self, now: int, *, at_once: bool = False) -> None:
        """Post every event up to ``now`` (milliseconds), and due retries.

        With ``at_once``, retries do not wait until they are due.
        """
        with self._round:
            while self._collect(now):
                pass
            with self._database.transaction() as connection:
                connection.execute(GIVE_UP, (now - GIVE_UP_AFTER,))
            horizon = now + LONGEST_WAIT if at_once else now
            for post in self._database.rows(DUE, (horizon,)):
                self._post(post, now)

    def status(self, now: int) -> dict[str, Any]:
        """Return the numbers of waiting, accepted and lost events and posts."""
        row = self._database.row(STATUS)
        return {
            "events_waiting": self._database.value(EVENTS_WAITING, (now,)),
            **(dict(row) if row else {}),
            "last_outcome": self._database.value(LAST_OUTCOME),
        }

    def _collect(self, now: int) -> bool:
        """Put some unposted events into posts; return whether there were any."""
        chances = probabilities.load(self._database)
        with self._database.transaction() as connection:
            rows = connection.execute(WAITING, (now, MOST_EVENTS)).fetchall()
            for webhook in connection.execute(WEBHOOKS).fetchall() if rows else ():
                settings = orjson.loads(webhook["settings"])
                wanted = [row for row in rows if settings[SWITCHES[row["event"]]]]
                if settings["enabled"] and wanted:
                    _insert_posts(connection, webhook["webhook_id"], wanted, chances, now)
            ids = [(row["event_id"],) for row in rows]
            connection.executemany("update events set is_waiting = 0 where event_id = ?", ids)
        return bool(rows)

    def _post(self, post: sqlite3.Row, now: int) -> None:
        attempt = self._attempt(post)
        wait = min(FIRST_RETRY * 2 ** post["attempts"], LONGEST_WAIT)
        with self._database.transaction() as connection:
            if attempt.was_taken:
                connection.execute(TAKEN, (attempt.outcome, post["post_id"]))
            else:
                connection.execute(NOT_TAKEN, (attempt.outcome, now + wait, post["post_id"]))

    def _attempt(self, post: sqlite3.Row) -> _Attempt:
        headers = {"Content-Type": "application/json"}
        if post["private_key"]:
            # Real time, because receivers check it against their own clock.
            headers |= signing.headers(post["private_key"], int(time.time()), post["body"])
        try:
            answer = self._client.post(post["url"], content=post["body"], headers=headers)
        except httpx.HTTPError as error:
            log.warning("post %s of events failed: %s", post["post_id"], type(error).__name__)
            return _Attempt(was_taken=False, outcome=type(error).__name__)
        if not answer.is_success:
            log.warning("post %s of events was answered %s", post["post_id"], answer.status_code)
        return _Attempt(was_taken=answer.is_success, outcome=str(answer.status_code))


def _insert_posts(
    connection: sqlite3.Connection,
    webhook_id: str,
    rows: list[sqlite3.Row],
    chances: Probabilities,
    now: int,
) -> None:
    for events in arrays([webhook_event(row) for row in rows], chances, rows[0]["event_id"]):
        body = b"[" + b",\r\n".join(orjson.dumps(event) for event in events) + b"]\r\n"
        connection.execute(INSERT_POST, (webhook_id, body, len(events), now, now))


def arrays(
    events: list[dict[str, Any]], chances: Probabilities, key: int
) -> list[list[dict[str, Any]]]:
    """Return the arrays to post: all events once, some twice, perhaps shuffled.

    A duplicate is in the same array or in a separate one; ``key`` seeds the randomness.
    """
    if not (chances.duplicate or chances.reorder):
        return [events]
    dice = random.Random(f"{chances.seed}:{key}")  # noqa: S311 - reproducible, not secret
    first, second = list(events), []
    for event in events:
        if dice.random() < chances.duplicate:
            dice.choice((first, second)).append(event)
    if dice.random() < chances.reorder:
        dice.shuffle(first)
    return [first, second] if second else [first]
