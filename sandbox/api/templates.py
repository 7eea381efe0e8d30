"""Dynamic and legacy templates: ``/v3/templates``. Their versions are in ``template_versions``."""

import uuid
from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.api.endpoint import Call, endpoint
from sandbox.api.template_versions import copy_version, lean, stamp, versions_of
from sandbox.contract.api_errors import rejected
from sandbox.database import Database
from sandbox.state import Sandbox

MAX_TEMPLATES = 300
MAX_PAGE_SIZE = 200


def create_template(sandbox: Sandbox, call: Call) -> Response:
    """Create a template without versions."""
    sandbox.contract.check("create template", call.body)
    template_id = _insert(sandbox, call.body["name"], call.body.get("generation", "legacy"))
    return JSONResponse(template(sandbox.database, template_id), 201)


def duplicate_template(sandbox: Sandbox, call: Call) -> Response:
    """Copy a template with all its versions."""
    original = template(sandbox.database, call.path_params["template_id"])
    sandbox.contract.check("duplicate template", call.body or {})
    name = (call.body or {}).get("name", f"Duplicate: {original['name']}"[:100])
    template_id = _insert(sandbox, name, original["generation"])
    for version in versions_of(sandbox.database, original["id"]):
        copy_version(sandbox, version, template_id)
    return JSONResponse(template(sandbox.database, template_id), 201)


def get_template(sandbox: Sandbox, call: Call) -> Response:
    """Return one template with its versions."""
    return JSONResponse(template(sandbox.database, call.path_params["template_id"]))


def rename_template(sandbox: Sandbox, call: Call) -> Response:
    """Change a template's name; its content is in versions."""
    template_id = template(sandbox.database, call.path_params["template_id"])["id"]
    sandbox.contract.check("rename template", call.body)
    with sandbox.database.transaction() as connection:
        connection.execute(
            "update templates set name = coalesce(?, name), updated_at = ? where template_id = ?",
            (call.body.get("name"), sandbox.now_ms(), template_id),
        )
    return JSONResponse(template(sandbox.database, template_id))


def delete_template(sandbox: Sandbox, call: Call) -> Response:
    """Delete a template and its versions; mails accepted with it stay readable."""
    template_id = template(sandbox.database, call.path_params["template_id"])["id"]
    with sandbox.database.transaction() as connection:
        connection.execute("delete from templates where template_id = ?", (template_id,))
    return Response(status_code=204)


def list_templates(sandbox: Sandbox, call: Call) -> Response:
    """List templates by ``generations``, ``page_size`` and ``page_token``.

    Without ``generations`` it lists the legacy ones only, as the specification says.
    """
    generations = call.query.get("generations", "legacy").split(",")
    if not set(generations) <= {"legacy", "dynamic"}:
        raise rejected(
            400, "generations must be one of legacy, dynamic or legacy,dynamic", "generations"
        )
    size = _whole_number(call, "page_size", 1, MAX_PAGE_SIZE)
    offset = (
        _whole_number(call, "page_token", 0, MAX_TEMPLATES) if call.query.get("page_token") else 0
    )
    rows = [
        row
        for row in sandbox.database.rows(
            "select * from templates order by updated_at desc, template_id"
        )
        if row["generation"] in generations
    ]
    shown = [_described(sandbox.database, row) for row in rows[offset : offset + size]]
    return JSONResponse({"result": shown, "_metadata": _metadata(call, len(rows), size, offset)})


def _whole_number(call: Call, name: str, lowest: int, highest: int) -> int:
    text = call.query.get(name, "")
    if not text.isdigit() or not lowest <= int(text) <= highest:
        raise rejected(400, f"{name} must be given, between {lowest} and {highest}.", name)
    return int(text)


def _metadata(call: Call, total: int, size: int, offset: int) -> dict[str, Any]:
    def link(start: int) -> str:
        return f"{call.base_url}/v3/templates?{urlencode({**call.query, 'page_token': start})}"

    metadata: dict[str, Any] = {"self": link(offset), "count": total}
    if offset:
        metadata["prev"] = link(max(0, offset - size))
    if offset + size < total:
        metadata["next"] = link(offset + size)
    return metadata


def template(database: Database, template_id: str) -> dict[str, Any]:
    """Return a template in the API's format.

    Raises:
        RequestRejected: 404, if the template does not exist.
    """
    row = database.row("select * from templates where template_id = ?", (template_id,))
    if row is None:
        raise rejected(404, "The requested template was not found", "template_id")
    return _described(database, row)


def _described(database: Database, row: Any) -> dict[str, Any]:
    return {
        "id": row["template_id"],
        "name": row["name"],
        "generation": row["generation"],
        "updated_at": stamp(row["updated_at"]),
        "versions": [lean(version) for version in versions_of(database, row["template_id"])],
    }


def _insert(sandbox: Sandbox, name: str, generation: str) -> str:
    template_id = f"d-{uuid.uuid4().hex}" if generation == "dynamic" else str(uuid.uuid4())
    with sandbox.database.transaction() as connection:
        existing = connection.execute("select count(*) from templates").fetchone()[0]
        if existing >= MAX_TEMPLATES:
            raise rejected(400, f"An account can have at most {MAX_TEMPLATES} templates.", "name")
        connection.execute(
            "insert into templates (template_id, name, generation, updated_at) values (?, ?, ?, ?)",
            (template_id, name, generation, sandbox.now_ms()),
        )
    return template_id


TEMPLATE = "/v3/templates/{template_id}"

routes = [
    Route("/v3/templates", endpoint(list_templates), methods=["GET"]),
    Route("/v3/templates", endpoint(create_template), methods=["POST"]),
    Route(TEMPLATE, endpoint(get_template), methods=["GET"]),
    Route(TEMPLATE, endpoint(duplicate_template), methods=["POST"]),
    Route(TEMPLATE, endpoint(rename_template), methods=["PATCH"]),
    Route(TEMPLATE, endpoint(delete_template), methods=["DELETE"]),
]
