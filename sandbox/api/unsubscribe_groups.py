"""Unsubscribe groups: /v3/asm/groups."""

from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.api.endpoint import Call, endpoint
from sandbox.contract.api_errors import rejected
from sandbox.state import Sandbox

GROUPS = """
    select
        group_id as id,
        name,
        description,
        is_default,
        (
            select count(*)
            from suppressions
            where suppressions.group_id = unsubscribe_groups.group_id
        ) as unsubscribes
    from unsubscribe_groups
"""
INSERT_GROUP = """
    insert into unsubscribe_groups (name, description, is_default)
    values (:name, :description, :is_default)
"""
UPDATE_GROUP = """
    update unsubscribe_groups
    set name = :name, description = :description, is_default = :is_default
    where group_id = :id
"""


def list_groups(sandbox: Sandbox, call: Call) -> Response:
    """List all unsubscribe groups, or those selected with ``?id=1&id=2``."""
    wanted = set(call.query.getlist("id"))
    groups = [_group(row) for row in sandbox.database.rows(f"{GROUPS} order by group_id")]
    return JSONResponse([group for group in groups if not wanted or str(group["id"]) in wanted])


def get_group(sandbox: Sandbox, call: Call) -> Response:
    """Return one unsubscribe group with the number of addresses in it."""
    row = sandbox.database.row(f"{GROUPS} where group_id = ?", (call.path_params["group_id"],))
    if row is None:
        raise rejected(404, "not found", "group_id")
    return JSONResponse(_group(row))


def create_group(sandbox: Sandbox, call: Call) -> Response:
    """Create an unsubscribe group; names are unique in the account."""
    sandbox.contract.check("create group", call.body)
    group = {"is_default": False, **call.body}
    with sandbox.database.transaction() as connection:
        taken = connection.execute(
            "select 1 from unsubscribe_groups where name = ?", (group["name"],)
        ).fetchone()
        if taken:
            raise rejected(400, "suppression group name already exists", "name")
        if group["is_default"]:
            connection.execute("update unsubscribe_groups set is_default = 0")
        inserted = connection.execute(
            INSERT_GROUP,
            group,
        )
    return JSONResponse({"id": inserted.lastrowid, **group}, 201)


def change_group(sandbox: Sandbox, call: Call) -> Response:
    """Change the given fields of an unsubscribe group; the answer is 201, like SendGrid's."""
    sandbox.contract.check("change group", call.body)
    group_id = call.path_params["group_id"]
    with sandbox.database.transaction() as connection:
        row = connection.execute(f"{GROUPS} where group_id = ?", (group_id,)).fetchone()
        if row is None:
            raise rejected(404, "not found", "group_id")
        group = {**_group(row), **call.body}
        if group["is_default"]:
            connection.execute("update unsubscribe_groups set is_default = 0")
        connection.execute(UPDATE_GROUP, {**group, "id": group_id})
    return JSONResponse(group, 201)


def delete_group(sandbox: Sandbox, call: Call) -> Response:
    """Delete an unsubscribe group with its unsubscribes: these addresses get mail again."""
    group_id = call.path_params["group_id"]
    with sandbox.database.transaction() as connection:
        connection.execute("delete from suppressions where group_id = ?", (group_id,))
        deleted = connection.execute(
            "delete from unsubscribe_groups where group_id = ?", (group_id,)
        ).rowcount
    if not deleted:
        raise rejected(404, "not found", "group_id")
    return Response(status_code=204)


def _group(row: Any) -> dict[str, Any]:
    return {**dict(row), "is_default": bool(row["is_default"])}


GROUP = "/v3/asm/groups/{group_id:int}"
routes = [
    Route("/v3/asm/groups", endpoint(list_groups), methods=["GET"]),
    Route("/v3/asm/groups", endpoint(create_group), methods=["POST"]),
    Route(GROUP, endpoint(get_group), methods=["GET"]),
    Route(GROUP, endpoint(change_group), methods=["PATCH"]),
    Route(GROUP, endpoint(delete_group), methods=["DELETE"]),
]
