"""Pauses and cancels scheduled mail by batch: /v3/user/scheduled_sends.

Where SendGrid guarantees nothing, the worse case applies: mail that is stopped less than ten
minutes before its time is sent.
"""

import sqlite3
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.api.account import StoredAccount
from sandbox.api.endpoint import Call, endpoint
from sandbox.contract.api_errors import rejected
from sandbox.state import Sandbox

MOST_STOPPED = 10
NOTICE = 10 * 60_000
"""Minimum time before its send time at which a mail can be stopped, in milliseconds."""
LONGEST_PAUSE = 72 * 3600_000
"""Time for which a paused mail is kept after its send time, in milliseconds."""

STATES = {"pause": "paused", "cancel": "cancelled"}
STOPS = "select batch_id, status from scheduled_sends"

# A status takes one of the ten places until no mail in its batch waits any more. The mail of an
# empty batch may still arrive, so its status takes a place for the maximum scheduling time.
PLACES_TAKEN = """
    select count(*)
    from scheduled_sends
    where
        exists (
            select 1
            from requests
            inner join messages on messages.request_id = requests.request_id
            where
                requests.batch_id = scheduled_sends.batch_id
                and messages.state in ('scheduled', 'paused', 'cancelled')
                and messages.released_at is null
        )
        or (
            scheduled_sends.set_at > :now - 72 * 3600 * 1000
            and not exists (
                select 1
                from requests
                where requests.batch_id = scheduled_sends.batch_id
            )
        )
"""
INSERT_STOP = "insert into scheduled_sends (batch_id, status, set_at) values (?, ?, ?)"
UPDATE_STOP = "update scheduled_sends set status = ?, set_at = ? where batch_id = ?"
STOP_MESSAGES = """
    update messages
    set state = :state
    where
        request_id in (select request_id from requests where batch_id = :batch_id)
        and released_at is null
        and (state = 'paused' or send_at * 1000 >= :earliest)
"""
RESUME_MESSAGES = """
    update messages
    set state = 'scheduled'
    where
        request_id in (select request_id from requests where batch_id = ?)
        and released_at is null
"""


@dataclass(frozen=True)
class Stop:
    """A paused or cancelled batch; ``set_at`` is in milliseconds."""

    status: str
    set_at: int


def stop_of(connection: sqlite3.Connection, batch_id: str | None) -> Stop | None:
    """Return the status of a batch, or None if it is neither paused nor cancelled."""
    row = connection.execute(
        "select status, set_at from scheduled_sends where batch_id = ?", (batch_id,)
    ).fetchone()
    return Stop(**row) if row else None


def waiting_state(stop: Stop | None, send_at: int | None, now: int) -> str | None:
    """Return the state of a message that is accepted now, or None if it is sent at once.

    A mail that arrives after its batch was cancelled is stopped like the others, even after its
    own send time, provided that the batch was cancelled early enough before that time.
    """
    due = now if send_at is None else send_at * 1000
    if stop is not None and stop.set_at <= due - NOTICE:
        return STATES[stop.status]
    return "scheduled" if due > now else None


def list_stops(sandbox: Sandbox, _call: Call) -> Response:
    """List the batches that are paused or cancelled."""
    rows = sandbox.database.rows(f"{STOPS} order by set_at, batch_id")
    return JSONResponse([dict(row) for row in rows])


def get_stop(sandbox: Sandbox, call: Call) -> Response:
    """Return the status of one batch as a list, which is empty if it has none."""
    rows = sandbox.database.rows(f"{STOPS} where batch_id = ?", (call.path_params["batch_id"],))
    return JSONResponse([dict(row) for row in rows])


def create_stop(sandbox: Sandbox, call: Call) -> Response:
    """Pause or cancel a batch that has no status yet; at most ten at a time."""
    sandbox.contract.check("stop batch", call.body)
    batch_id, status = call.body["batch_id"], call.body["status"]
    if not StoredAccount(sandbox.database).has_batch(batch_id):
        raise rejected(400, "invalid batch id", "batch_id")
    with sandbox.database.transaction() as connection:
        now = sandbox.now_ms()
        if stop_of(connection, batch_id):
            message = "a status for this batch id exists already, use PATCH to change it"
            raise rejected(400, message, "batch_id")
        if connection.execute(PLACES_TAKEN, {"now": now}).fetchone()[0] >= MOST_STOPPED:
            message = f"the maximum number of cancelled or paused batches is {MOST_STOPPED}"
            raise rejected(400, message)
        connection.execute(INSERT_STOP, (batch_id, status, now))
        _stop_messages(connection, batch_id, status, now)
    return JSONResponse({"batch_id": batch_id, "status": status}, 201)


def change_stop(sandbox: Sandbox, call: Call) -> Response:
    """Change a pause into a cancellation, or back."""
    sandbox.contract.check("change stop", call.body)
    batch_id, status = call.path_params["batch_id"], call.body["status"]
    with sandbox.database.transaction() as connection:
        now = sandbox.now_ms()
        if not stop_of(connection, batch_id):
            raise rejected(404, "not found", "batch_id")
        connection.execute(UPDATE_STOP, (status, now, batch_id))
        _stop_messages(connection, batch_id, status, now)
    return Response(status_code=204)


def delete_stop(sandbox: Sandbox, call: Call) -> Response:
    """Revert a pause or cancellation; overdue mail is sent at once."""
    batch_id = call.path_params["batch_id"]
    with sandbox.database.transaction() as connection:
        if not stop_of(connection, batch_id):
            raise rejected(404, "not found", "batch_id")
        connection.execute("delete from scheduled_sends where batch_id = ?", (batch_id,))
        connection.execute(RESUME_MESSAGES, (batch_id,))
    return Response(status_code=204)


def _stop_messages(connection: sqlite3.Connection, batch_id: str, status: str, now: int) -> None:
    values: dict[str, Any] = {"batch_id": batch_id, "state": STATES[status]}
    connection.execute(STOP_MESSAGES, {**values, "earliest": now + NOTICE})


routes = [
    Route("/v3/user/scheduled_sends", endpoint(list_stops), methods=["GET"]),
    Route("/v3/user/scheduled_sends", endpoint(create_stop), methods=["POST"]),
    Route("/v3/user/scheduled_sends/{batch_id}", endpoint(get_stop), methods=["GET"]),
    Route("/v3/user/scheduled_sends/{batch_id}", endpoint(change_stop), methods=["PATCH"]),
    Route("/v3/user/scheduled_sends/{batch_id}", endpoint(delete_stop), methods=["DELETE"]),
]
