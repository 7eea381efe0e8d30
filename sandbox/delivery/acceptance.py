"""Accepts a valid mail in one transaction before the answer, and releases it if it is due."""

import sqlite3
from collections.abc import Iterator
from operator import itemgetter
from typing import Any

import orjson

from sandbox import probabilities
from sandbox.api import scheduled_sends
from sandbox.api.account import StoredAccount
from sandbox.api.endpoint import Call
from sandbox.contract.mail_rules import Mail, recipients
from sandbox.delivery import suppression_check
from sandbox.delivery.events import Recorder
from sandbox.delivery.outcomes import Release
from sandbox.state import Sandbox, log

MESSAGE_ID = "paluu_message_id"
"""The custom argument with the permanent id of a message; accepting it twice is a duplicate."""

INSERT_REQUEST = """
    insert into requests (
        received_at, method, path, status, x_message_id, batch_id, template_id, content_id,
        group_id, categories, bypassed, body, user_agent
    )
    values (?, ?, ?, 202, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
LAST_MESSAGE = "select coalesce(max(message_id), 0) from messages"
MESSAGE_COLUMNS = (
    "message_id", "request_id", "personalization", "recipient_field", "email", "name", "category",
    "custom_args", "paluu_message_id", "search_text", "send_at", "accepted_at", "released_at",
    "suppressed_by", "state",
)  # fmt: skip
INSERT_MESSAGE = f"""
    insert into messages ({", ".join(MESSAGE_COLUMNS)})
    values ({", ".join("?" * len(MESSAGE_COLUMNS))})
"""  # noqa: S608 - constants
in_order = itemgetter(*MESSAGE_COLUMNS)
REMEMBER_REPEATED = """
    insert or ignore into repeated_ids (paluu_message_id)
    select messages.paluu_message_id
    from messages
    where
        messages.request_id = ?
        and exists (
            select 1
            from messages as earlier
            where
                earlier.paluu_message_id = messages.paluu_message_id
                and (earlier.request_id, earlier.personalization)
                < (messages.request_id, messages.personalization)
        )
"""

Row = dict[str, Any]


def accept(sandbox: Sandbox, call: Call, x_message_id: str) -> None:
    """Store a valid request and one message for each of its recipients, all or nothing."""
    chances = probabilities.load(sandbox.database)
    with sandbox.database.transaction() as connection:
        # Read in the transaction, so that times have the order of acceptance.
        now = sandbox.now_ms()
        request_id = _insert_request(connection, call, x_message_id, now)
        first_id = connection.execute(LAST_MESSAGE).fetchone()[0] + 1
        rows = [
            {"message_id": first_id + index, "request_id": request_id, "accepted_at": now, **row}
            for index, row in enumerate(_messages(call.body))
        ]
        recorder = Recorder(connection, chances, now)
        _decide(connection, recorder, call, rows, now)
        connection.executemany(INSERT_MESSAGE, map(in_order, rows))
        recorder.write()
        connection.execute(REMEMBER_REPEATED, (request_id,))
    log.info("accepted %s messages as %s", len(rows), x_message_id)


def _insert_request(
    connection: sqlite3.Connection, call: Call, x_message_id: str, now: int
) -> int | None:
    mail = call.body
    template_id, group_id = mail.get("template_id"), mail.get("asm", {}).get("group_id")
    request = (now, call.method, call.path, x_message_id, mail.get("batch_id"), template_id)
    content_id = StoredAccount.content_id(connection, template_id)
    bypassed = " ".join(sorted(suppression_check.bypassed(mail)))
    categories = orjson.dumps(mail.get("categories", [])).decode()
    values = (*request, content_id, group_id, categories, bypassed, call.raw, call.user_agent)
    return connection.execute(INSERT_REQUEST, values).lastrowid


def _messages(mail: Mail) -> Iterator[Row]:
    category = next(iter(mail.get("categories", ())), None)
    shared_arguments = mail.get("custom_args", {})
    sender = mail["from"]
    for index, personalization in enumerate(mail["personalizations"]):
        arguments = {**shared_arguments, **personalization.get("custom_args", {})}
        words = orjson.dumps(personalization).decode()
        named = (sender["email"], sender.get("name"), category, mail.get("subject"), words)
        shared = {
            "personalization": index,
            "category": category,
            "custom_args": orjson.dumps(arguments).decode(),
            "paluu_message_id": arguments.get(MESSAGE_ID),
            "search_text": " ".join(filter(None, named)).casefold(),
            "send_at": personalization.get("send_at", mail.get("send_at")),
        }
        for field, address in recipients(personalization):
            yield {
                **shared,
                "recipient_field": field,
                "email": address["email"],
                "name": address.get("name", ""),
            }


def _decide(
    connection: sqlite3.Connection, recorder: Recorder, call: Call, rows: list[Row], now: int
) -> None:
    """Set each message's state: released, waiting for its time, or stopped with its batch.

    An address that joined a list while the request was arriving gets no mail, but the sender could
    not have known. So `suppressed_by`, for the audit, uses the lists at the request's first bytes.
    """
    mail = call.body
    stop = scheduled_sends.stop_of(connection, mail.get("batch_id"))
    addresses = [row["email"] for row in rows]
    known = suppression_check.listed(connection, addresses, call.begun_at)
    lists = suppression_check.listed(connection, addresses, now)
    group_id, ignored = mail.get("asm", {}).get("group_id"), suppression_check.bypassed(mail)
    for row in rows:
        address = row["email"].lower()
        row["suppressed_by"] = suppression_check.suppressing(
            known.get(address, set()), group_id, ignored
        )
        suppressed_by = suppression_check.suppressing(lists.get(address, set()), group_id, ignored)
        row["released_at"] = None
        row["state"] = scheduled_sends.waiting_state(stop, row["send_at"], now)
        recorder.processed(row)
        if row["state"] is None:
            key = row["paluu_message_id"] or row["email"]
            release = Release(key, row["email"], group_id, suppressed_by, now)
            row["state"] = recorder.release(row["message_id"], release)
            row["released_at"] = now
