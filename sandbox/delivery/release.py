"""Releases due messages: scheduled mail is sent, stopped mail is discarded."""

import sqlite3

from sandbox import probabilities
from sandbox.api.scheduled_sends import LONGEST_PAUSE
from sandbox.delivery import suppression_check
from sandbox.delivery.events import Recorder
from sandbox.delivery.outcomes import Release
from sandbox.state import Sandbox

AT_ONCE = 2000
"""Messages released in one transaction, so that acceptance never waits long."""

DUE = """
    select
        messages.message_id,
        messages.email,
        messages.paluu_message_id,
        messages.send_at,
        requests.group_id,
        requests.bypassed
    from messages
    inner join requests on requests.request_id = messages.request_id
    where messages.state = 'scheduled' and messages.send_at <= ? / 1000
    order by messages.send_at, messages.message_id
    limit ?
"""
RELEASE = "update messages set state = ?, released_at = ? where message_id = ?"
DISCARD = """
    update messages
    set released_at = :now
    where state = 'cancelled' and released_at is null and send_at <= :now / 1000
"""
EXPIRE = """
    update messages
    set state = 'expired', released_at = :now
    where state = 'paused' and send_at <= (:now - :longest_pause) / 1000
"""


def release_due(sandbox: Sandbox) -> int:
    """Release everything that is due by the sandbox's clock; return the number of messages."""
    released = 0
    while batch := _release_some(sandbox):
        released += batch
    return released


def _release_some(sandbox: Sandbox) -> int:
    chances = probabilities.load(sandbox.database)
    with sandbox.database.transaction() as connection:
        now = sandbox.now_ms()
        connection.execute(DISCARD, {"now": now})
        connection.execute(EXPIRE, {"now": now, "longest_pause": LONGEST_PAUSE})
        rows = connection.execute(DUE, (now, AT_ONCE)).fetchall()
        recorder = Recorder(connection, chances, now)
        lists = suppression_check.listed(connection, (row["email"] for row in rows), now)
        states = [
            (_released(recorder, row, lists), row["send_at"] * 1000, row["message_id"])
            for row in rows
        ]
        connection.executemany(RELEASE, states)
        recorder.write()
    return len(rows)


def _released(recorder: Recorder, row: sqlite3.Row, lists: suppression_check.Listed) -> str:
    on = lists.get(row["email"].lower(), set())
    ignored = frozenset(row["bypassed"].split())
    suppressed_by = suppression_check.suppressing(on, row["group_id"], ignored)
    key = row["paluu_message_id"] or row["email"]
    at = row["send_at"] * 1000
    release = Release(key, row["email"], row["group_id"], suppressed_by, at)
    return recorder.release(row["message_id"], release)
