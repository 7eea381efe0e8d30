"""Settings of event webhooks: /v3/user/webhooks/event/settings, with the signing keys.

Without an id, SendGrid uses the oldest webhook.
"""

import sqlite3
import uuid
from typing import Any
from urllib.parse import urlsplit

import orjson
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.api.endpoint import Call, endpoint
from sandbox.contract.api_errors import rejected
from sandbox.state import Sandbox, from_ms
from sandbox.webhook.posting import SWITCHES, WEBHOOKS
from sandbox.webhook.signing import new_private_key, public_key

MOST_WEBHOOKS = 5
SECRET = "oauth_client_secret"  # noqa: S105 - the name of a field, which no answer repeats
DEFAULTS = {
    "enabled": False,
    **dict.fromkeys(SWITCHES.values(), False),
    "friendly_name": None,
    "oauth_client_id": None,
    "oauth_token_url": None,
}

INSERT = """
    insert into webhooks (webhook_id, url, settings, created_at, updated_at)
    values (:webhook_id, :url, :settings, :now, :now)
"""
UPDATE = """
    update webhooks
    set url = :url, settings = :settings, updated_at = :now
    where webhook_id = :webhook_id
"""


def list_webhooks(sandbox: Sandbox, _call: Call) -> Response:
    """List every webhook with its settings."""
    webhooks = [_answer(row, with_key=True) for row in sandbox.database.rows(WEBHOOKS)]
    return JSONResponse({"max_allowed": MOST_WEBHOOKS, "webhooks": webhooks})


def get_webhook(sandbox: Sandbox, call: Call) -> Response:
    """Return one webhook."""
    return JSONResponse(_answer(_found(sandbox, call), with_key=True))


def create_webhook(sandbox: Sandbox, call: Call) -> Response:
    """Create a webhook; its URL must be unique in the account."""
    sandbox.contract.check("set up webhook", call.body)
    _check_url(call.body["url"])
    settings = {**DEFAULTS, **_public(call.body)}
    webhook_id = str(uuid.uuid4())
    with sandbox.database.transaction() as connection:
        if len(connection.execute(WEBHOOKS).fetchall()) >= MOST_WEBHOOKS:
            message = (
                "You have reached the maximum number of webhooks per your current billing plan."
            )
            raise rejected(400, message)
        _write(connection, INSERT, webhook_id, settings, sandbox.now_ms())
    row = _by_id(sandbox, webhook_id)
    return JSONResponse(_answer(row), 201)


def change_webhook(sandbox: Sandbox, call: Call) -> Response:
    """Change the given settings of a webhook; the others stay unchanged."""
    row = _found(sandbox, call)
    settings = {**orjson.loads(row["settings"]), **_public(call.body or {})}
    sandbox.contract.check("set up webhook", settings)
    _check_url(settings["url"])
    with sandbox.database.transaction() as connection:
        _write(connection, UPDATE, row["webhook_id"], settings, sandbox.now_ms())
    return JSONResponse(_answer(_by_id(sandbox, row["webhook_id"])))


def delete_webhook(sandbox: Sandbox, call: Call) -> Response:
    """Delete a webhook permanently, with its waiting events."""
    row = _found(sandbox, call)
    with sandbox.database.transaction() as connection:
        connection.execute("delete from webhooks where webhook_id = ?", (row["webhook_id"],))
    return Response(status_code=204)


def get_key(sandbox: Sandbox, call: Call) -> Response:
    """Return the public key of a webhook; empty while signing is off."""
    return _key(_found(sandbox, call))


def toggle_signing(sandbox: Sandbox, call: Call) -> Response:
    """Start signing posts with a new key, or stop signing."""
    sandbox.contract.check("sign webhook", call.body)
    row = _found(sandbox, call)
    private_key = row["private_key"] or new_private_key()
    with sandbox.database.transaction() as connection:
        connection.execute(
            "update webhooks set private_key = ? where webhook_id = ?",
            (private_key if call.body["enabled"] else None, row["webhook_id"]),
        )
    return _key(_by_id(sandbox, row["webhook_id"]))


def _found(sandbox: Sandbox, call: Call) -> sqlite3.Row:
    webhook_id = call.path_params.get("webhook_id")
    row = sandbox.database.row(WEBHOOKS) if webhook_id is None else _by_id(sandbox, webhook_id)
    if row is None:
        raise rejected(404, "Invalid id provided.")
    return row


def _by_id(sandbox: Sandbox, webhook_id: str) -> Any:
    return sandbox.database.row("select * from webhooks where webhook_id = ?", (webhook_id,))


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise rejected(400, f"'{url}' is not a valid url")


def _write(
    connection: sqlite3.Connection, sql: str, webhook_id: str, settings: dict[str, Any], now: int
) -> None:
    values = {"webhook_id": webhook_id, "url": settings["url"], "now": now}
    try:
        connection.execute(sql, {**values, "settings": orjson.dumps(settings).decode()})
    except sqlite3.IntegrityError:
        message = f"Webhook at '{settings['url']}' already exists. Please provide a unique URL."
        raise rejected(400, message) from None


def _public(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != SECRET}


def _answer(row: sqlite3.Row, *, with_key: bool = False) -> dict[str, Any]:
    answer = {
        "id": row["webhook_id"],
        **orjson.loads(row["settings"]),
        "created_date": f"{from_ms(row['created_at']):%Y-%m-%dT%H:%M:%SZ}",
        "updated_date": f"{from_ms(row['updated_at']):%Y-%m-%dT%H:%M:%SZ}",
    }
    if with_key and row["private_key"]:
        answer["public_key"] = public_key(row["private_key"])
    return answer


def _key(row: sqlite3.Row) -> Response:
    return JSONResponse({"id": row["webhook_id"], "public_key": public_key(row["private_key"])})


SETTINGS = "/v3/user/webhooks/event/settings"
routes = [
    Route(SETTINGS, endpoint(create_webhook), methods=["POST"]),
    Route(SETTINGS, endpoint(get_webhook), methods=["GET"]),
    Route(SETTINGS, endpoint(change_webhook), methods=["PATCH"]),
    Route(f"{SETTINGS}/all", endpoint(list_webhooks), methods=["GET"]),
    Route(f"{SETTINGS}/signed", endpoint(get_key), methods=["GET"]),
    Route(f"{SETTINGS}/signed", endpoint(toggle_signing), methods=["PATCH"]),
    Route(f"{SETTINGS}/signed/{{webhook_id}}", endpoint(get_key), methods=["GET"]),
    Route(f"{SETTINGS}/signed/{{webhook_id}}", endpoint(toggle_signing), methods=["PATCH"]),
    Route(f"{SETTINGS}/{{webhook_id}}", endpoint(get_webhook), methods=["GET"]),
    Route(f"{SETTINGS}/{{webhook_id}}", endpoint(change_webhook), methods=["PATCH"]),
    Route(f"{SETTINGS}/{{webhook_id}}", endpoint(delete_webhook), methods=["DELETE"]),
]
