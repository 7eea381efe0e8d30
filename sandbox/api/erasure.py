"""Erases personal data of recipients: POST /v3/recipients/erasejob.

Names, addresses, subjects and contents are removed; ids, times and events stay. Suppressions stay
too, since otherwise the next mailing would reach the person again. SendGrid does not document
whether it keeps them.
"""

import sqlite3
import uuid
from typing import Any

import orjson
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.api.endpoint import Call, endpoint
from sandbox.contract.api_errors import ApiError, RequestRejected, rejected
from sandbox.contract.mail_rules import RECIPIENT_FIELDS
from sandbox.contract.specification import EMAIL_SCHEMA, MAX_ERRORS
from sandbox.state import Sandbox

LARGEST_BODY = 256 * 1024
ERASED = "erased@example.invalid"

BODY = "select body from requests where request_id = ?"
REPLACE_BODY = "update requests set body = ? where request_id = ?"
AFFECTED = """
    select messages.request_id, messages.personalization
    from messages
    inner join json_each(?) as erased on messages.email = erased.value
"""
ERASE_MESSAGES = """
    update messages
    set email = ?, name = '', subject = '(erased)', search_text = '', category = null
    where request_id = ? and personalization = ?
"""


def erase(sandbox: Sandbox, call: Call) -> Response:
    """Erase the data of up to 5,000 addresses, and answer with the id of a finished job."""
    if len(call.raw) > LARGEST_BODY:
        raise rejected(400, "the payload may not exceed 256Kb", "email_addresses")
    sandbox.contract.check("erase", call.body)
    emails = call.body["email_addresses"]
    errors = [
        ApiError(f"{email} is not a valid email address", "email_addresses")
        for email in emails
        if not EMAIL_SCHEMA.is_valid(email)
    ]
    if errors:
        raise RequestRejected(400, errors[:MAX_ERRORS])
    with sandbox.database.transaction() as connection:
        for request_id, personalizations in _affected(connection, emails).items():
            _erase_request(connection, request_id, personalizations)
    return JSONResponse({"job_id": str(uuid.uuid4())}, 202)


def _affected(connection: sqlite3.Connection, emails: list[str]) -> dict[int, set[int]]:
    affected: dict[int, set[int]] = {}
    for row in connection.execute(AFFECTED, (orjson.dumps(emails).decode(),)):
        affected.setdefault(row["request_id"], set()).add(row["personalization"])
    return affected


def _erase_request(
    connection: sqlite3.Connection, request_id: int, personalizations: set[int]
) -> None:
    body = connection.execute(BODY, (request_id,)).fetchone()[0]
    connection.execute(REPLACE_BODY, (_without(body, personalizations), request_id))
    rows = [(ERASED, request_id, index) for index in personalizations]
    connection.executemany(ERASE_MESSAGES, rows)


def _without(body: bytes, personalizations: set[int]) -> bytes:
    """Remove these people's data from a request, except ids and times."""
    mail: dict[str, Any] = orjson.loads(body)
    for index in personalizations:
        person = mail["personalizations"][index]
        kept = {name: person[name] for name in ("custom_args", "send_at") if name in person}
        hidden = {name: [{"email": ERASED}] for name in RECIPIENT_FIELDS if name in person}
        mail["personalizations"][index] = {**hidden, **kept}
    return orjson.dumps(mail)


routes = [Route("/v3/recipients/erasejob", endpoint(erase), methods=["POST"])]
