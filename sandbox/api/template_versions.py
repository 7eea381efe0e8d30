"""Versions of templates: ``/v3/templates/{id}/versions``.

Exactly one version is active; the first one becomes active at once.
"""

import hashlib
import sqlite3
import uuid
from typing import Any

from pydantic_handlebars import HandlebarsError
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.api.account import StoredAccount
from sandbox.api.endpoint import Call, endpoint
from sandbox.contract.api_errors import rejected
from sandbox.database import Database
from sandbox.mails.plain_text import text_of
from sandbox.state import Sandbox, from_ms
from sendgrid_templates import handlebars

SELECT = """
    select versions.*, contents.subject, contents.html, contents.plain, contents.generate_plain
    from versions
    inner join contents on contents.content_id = versions.content_id
"""
DEFAULTS = {
    "html_content": "",
    "plain_content": "",
    "generate_plain_content": True,
    "editor": "code",
    "test_data": "",
}
CONTENT_FIELDS = ("subject", "html_content", "plain_content")

INSERT_CONTENT = """
    insert or ignore into contents (content_id, template_name, subject, html, plain, generate_plain)
    select ?, name, ?, ?, ?, ? from templates where template_id = ?
"""
UPSERT_VERSION = """
    insert into versions (version_id, template_id, name, active, editor, test_data, content_id,
    updated_at)
    values (?, ?, ?, 0, ?, ?, ?, ?)
    on conflict (version_id) do update set
        name = excluded.name,
        editor = excluded.editor,
        test_data = excluded.test_data,
        content_id = excluded.content_id,
        updated_at = excluded.updated_at
"""


def create_version(sandbox: Sandbox, call: Call) -> Response:
    """Create a version; it becomes active if requested, or if it is the template's first."""
    template_id = _template_id(sandbox, call)
    sandbox.contract.check("create version", call.body)
    version = {**DEFAULTS, **call.body}
    first = not versions_of(sandbox.database, template_id)
    version_id = _save(
        sandbox,
        str(uuid.uuid4()),
        template_id,
        version,
        activate=first or version.get("active") == 1,
    )
    return JSONResponse(_shown(sandbox.database, template_id, version_id), 201)


def get_version(sandbox: Sandbox, call: Call) -> Response:
    """Return one version."""
    return JSONResponse(_shown(sandbox.database, **call.path_params))


def edit_version(sandbox: Sandbox, call: Call) -> Response:
    """Change the given fields of a version.

    Mails accepted before keep their content.
    """
    stored = _shown(sandbox.database, **call.path_params)
    version = {
        **{name: stored[name] for name in ("name", "subject", *DEFAULTS)},
        **(call.body or {}),
    }
    sandbox.contract.check("create version", version)
    _save(
        sandbox, stored["id"], stored["template_id"], version, activate=version.get("active") == 1
    )
    return JSONResponse(_shown(sandbox.database, **call.path_params))


def delete_version(sandbox: Sandbox, call: Call) -> Response:
    """Delete a version."""
    stored = _shown(sandbox.database, **call.path_params)
    with sandbox.database.transaction() as connection:
        connection.execute("delete from versions where version_id = ?", (stored["id"],))
    return Response(status_code=204)


def activate_version(sandbox: Sandbox, call: Call) -> Response:
    """Make a version the active one of its template."""
    stored = _shown(sandbox.database, **call.path_params)
    with sandbox.database.transaction() as connection:
        _activate(connection, stored["template_id"], stored["id"])
    return JSONResponse(_shown(sandbox.database, **call.path_params))


def versions_of(database: Database, template_id: str) -> list[sqlite3.Row]:
    """Return the stored versions of a template, oldest first."""
    return database.rows(
        f"{SELECT} where versions.template_id = ? order by versions.rowid", (template_id,)
    )


def copy_version(sandbox: Sandbox, version: sqlite3.Row, template_id: str) -> None:
    """Give another template a copy of a stored version."""
    _save(
        sandbox, str(uuid.uuid4()), template_id, described(version), activate=version["active"] == 1
    )


def stamp(milliseconds: int) -> str:
    """Return a time in the templates API's format: UTC, to the second, without a zone."""
    return from_ms(milliseconds).strftime("%Y-%m-%d %H:%M:%S")


def described(row: sqlite3.Row) -> dict[str, Any]:
    """Return a version in the API's format."""
    return {
        "id": row["version_id"],
        "template_id": row["template_id"],
        "active": row["active"],
        "name": row["name"],
        "subject": row["subject"],
        "html_content": row["html"],
        "plain_content": row["plain"],
        "generate_plain_content": bool(row["generate_plain"]),
        "editor": row["editor"],
        "test_data": row["test_data"],
        "updated_at": stamp(row["updated_at"]),
    }


def lean(row: sqlite3.Row) -> dict[str, Any]:
    """Return a version for lists of templates: without its test data."""
    return {name: value for name, value in described(row).items() if name != "test_data"}


def _template_id(sandbox: Sandbox, call: Call) -> str:
    template_id = call.path_params["template_id"]
    if not StoredAccount(sandbox.database).has_template(template_id):
        raise rejected(404, "The requested template was not found", "template_id")
    return template_id


def _shown(database: Database, template_id: str, version_id: str) -> dict[str, Any]:
    row = database.row(
        f"{SELECT} where versions.template_id = ? and versions.version_id = ?",
        (template_id, version_id),
    )
    if row is None:
        raise rejected(404, "The requested template version was not found", "version_id")
    return described(row)


def _save(
    sandbox: Sandbox, version_id: str, template_id: str, version: dict[str, Any], *, activate: bool
) -> str:
    if template_id.startswith("d-"):
        _check_syntax(version)
    plain = (
        text_of(version["html_content"])
        if version["generate_plain_content"]
        else version["plain_content"]
    )
    content = (
        version["subject"],
        version["html_content"],
        plain,
        int(version["generate_plain_content"]),
    )
    content_id = hashlib.sha256(repr((template_id, *content)).encode()).hexdigest()
    saved = (
        version_id,
        template_id,
        version["name"],
        version["editor"],
        version["test_data"],
        content_id,
        sandbox.now_ms(),
    )
    with sandbox.database.transaction() as connection:
        connection.execute(INSERT_CONTENT, (content_id, *content, template_id))
        connection.execute(UPSERT_VERSION, saved)
        connection.execute(
            "update templates set updated_at = ? where template_id = ?",
            (sandbox.now_ms(), template_id),
        )
        if activate:
            _activate(connection, template_id, version_id)
    return version_id


def _check_syntax(version: dict[str, Any]) -> None:
    for field in CONTENT_FIELDS:
        try:
            handlebars.compiled(version[field])
        except HandlebarsError as error:
            raise rejected(
                400, f"{field} is not a valid Handlebars template: {error}", field
            ) from None


def _activate(connection: sqlite3.Connection, template_id: str, version_id: str) -> None:
    connection.execute("update versions set active = 0 where template_id = ?", (template_id,))
    connection.execute("update versions set active = 1 where version_id = ?", (version_id,))


VERSIONS = "/v3/templates/{template_id}/versions"
VERSION = f"{VERSIONS}/{{version_id}}"

routes = [
    Route(VERSIONS, endpoint(create_version), methods=["POST"]),
    Route(VERSION, endpoint(get_version), methods=["GET"]),
    Route(VERSION, endpoint(edit_version), methods=["PATCH"]),
    Route(VERSION, endpoint(delete_version), methods=["DELETE"]),
    Route(f"{VERSION}/activate", endpoint(activate_version), methods=["POST"]),
]
