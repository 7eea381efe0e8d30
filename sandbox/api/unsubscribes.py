"""Unsubscribes from groups and from everything: /v3/asm/suppressions and per group."""

from typing import Any

import orjson
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.api.account import StoredAccount
from sandbox.api.endpoint import Call, endpoint
from sandbox.contract.api_errors import rejected
from sandbox.state import Sandbox

INSERT = """
    insert or ignore into suppressions (email, list, group_id, created_at)
    values (?, ?, ?, ?)
"""
IN_GROUP = """
    select email
    from suppressions
    where list = 'group' and group_id = :group_id and created_at <= :now
    order by created_at desc, suppression_id desc
"""
FOUND_IN_GROUP = """
    select suppressions.email
    from suppressions
    inner join json_each(:emails) as wanted on suppressions.email = wanted.value
    where
        suppressions.list = 'group'
        and suppressions.group_id = :group_id
        and suppressions.created_at <= :now
    order by wanted.key
"""
EVERYBODY = """
    select
        suppressions.email,
        suppressions.group_id,
        unsubscribe_groups.name as group_name,
        suppressions.created_at / 1000 as created_at
    from suppressions
    inner join unsubscribe_groups on unsubscribe_groups.group_id = suppressions.group_id
    where suppressions.created_at <= :now
    order by suppressions.created_at desc, suppressions.suppression_id desc
"""
GROUPS_OF_ONE = """
    select
        unsubscribe_groups.group_id as id,
        unsubscribe_groups.name,
        unsubscribe_groups.description,
        unsubscribe_groups.is_default,
        exists (
            select 1
            from suppressions
            where
                suppressions.group_id = unsubscribe_groups.group_id
                and suppressions.email = :email
                and suppressions.created_at <= :now
        ) as suppressed
    from unsubscribe_groups
    order by unsubscribe_groups.group_id
"""
GLOBAL_ONE = """
    select email
    from suppressions
    where list = 'global' and email = :email and created_at <= :now
"""
DELETE_FROM_GROUP = "delete from suppressions where group_id = ? and email = ?"
DELETE_GLOBAL = "delete from suppressions where list = 'global' and email = ?"


def list_everybody(sandbox: Sandbox, _call: Call) -> Response:
    """List all unsubscribes from groups; SendGrid has no paging here."""
    rows = sandbox.database.rows(EVERYBODY, {"now": sandbox.now_ms()})
    return JSONResponse([dict(row) for row in rows])


def groups_of_one(sandbox: Sandbox, call: Call) -> Response:
    """List every group, and whether an address has unsubscribed from it."""
    values = {"email": call.path_params["email"], "now": sandbox.now_ms()}
    groups = [
        {
            **dict(row),
            "is_default": bool(row["is_default"]),
            "suppressed": bool(row["suppressed"]),
        }
        for row in sandbox.database.rows(GROUPS_OF_ONE, values)
    ]
    return JSONResponse({"suppressions": groups})


def list_group(sandbox: Sandbox, call: Call) -> Response:
    """List the addresses unsubscribed from a group; SendGrid has no paging here."""
    values = {"group_id": call.path_params["group_id"], "now": sandbox.now_ms()}
    return JSONResponse([row["email"] for row in sandbox.database.rows(IN_GROUP, values)])


def suppress_in_group(sandbox: Sandbox, call: Call) -> Response:
    """Unsubscribe addresses from a group; if it does not exist, from everything."""
    sandbox.contract.check("suppress", call.body)
    group_id = call.path_params["group_id"]
    exists = StoredAccount(sandbox.database).has_group(group_id)
    return _suppress(sandbox, call, "group" if exists else "global", group_id if exists else None)


def search_group(sandbox: Sandbox, call: Call) -> Response:
    """Return those of the given addresses that are unsubscribed from a group."""
    sandbox.contract.check("suppress", call.body)
    values: dict[str, Any] = {"group_id": call.path_params["group_id"], "now": sandbox.now_ms()}
    values["emails"] = orjson.dumps(call.body["recipient_emails"]).decode()
    return JSONResponse([row["email"] for row in sandbox.database.rows(FOUND_IN_GROUP, values)])


def delete_from_group(sandbox: Sandbox, call: Call) -> Response:
    """Subscribe an address to a group again."""
    values = (call.path_params["group_id"], call.path_params["email"])
    return _delete(sandbox, DELETE_FROM_GROUP, values)


def suppress_globally(sandbox: Sandbox, call: Call) -> Response:
    """Unsubscribe addresses from everything."""
    sandbox.contract.check("suppress", call.body)
    return _suppress(sandbox, call, "global", None)


def get_global(sandbox: Sandbox, call: Call) -> Response:
    """Return the address if it is unsubscribed from everything, else an empty object."""
    values = {"email": call.path_params["email"], "now": sandbox.now_ms()}
    email = sandbox.database.value(GLOBAL_ONE, values)
    return JSONResponse({"recipient_email": email} if email else {})


def delete_global(sandbox: Sandbox, call: Call) -> Response:
    """Revert an address's unsubscribe from everything."""
    return _delete(sandbox, DELETE_GLOBAL, (call.path_params["email"],))


def _suppress(sandbox: Sandbox, call: Call, name: str, group_id: int | None) -> Response:
    emails = call.body["recipient_emails"]
    with sandbox.database.transaction() as connection:
        now = sandbox.now_ms()
        connection.executemany(INSERT, [(email, name, group_id, now) for email in emails])
    return JSONResponse({"recipient_emails": emails}, 201)


def _delete(sandbox: Sandbox, sql: str, values: tuple[Any, ...]) -> Response:
    with sandbox.database.transaction() as connection:
        deleted = connection.execute(sql, values).rowcount
    if not deleted:
        raise rejected(404, "email not found", "email")
    return Response(status_code=204)


ALL = "/v3/asm/suppressions"
GROUP = "/v3/asm/groups/{group_id:int}/suppressions"
routes = [
    Route(ALL, endpoint(list_everybody), methods=["GET"]),
    Route(f"{ALL}/global", endpoint(suppress_globally), methods=["POST"]),
    Route(f"{ALL}/global/{{email}}", endpoint(get_global), methods=["GET"]),
    Route(f"{ALL}/global/{{email}}", endpoint(delete_global), methods=["DELETE"]),
    Route(f"{ALL}/{{email}}", endpoint(groups_of_one), methods=["GET"]),
    Route(GROUP, endpoint(list_group), methods=["GET"]),
    Route(GROUP, endpoint(suppress_in_group), methods=["POST"]),
    Route(f"{GROUP}/search", endpoint(search_group), methods=["POST"]),
    Route(f"{GROUP}/{{email}}", endpoint(delete_from_group), methods=["DELETE"]),
]
