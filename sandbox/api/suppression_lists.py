"""Bounces, blocks, invalid addresses, spam reports and global unsubscribes: /v3/suppression.

Lists are ordered newest first, so offsets shift if an address joins between two pages.
"""

from collections.abc import Callable
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.api.endpoint import Call, endpoint
from sandbox.contract.api_errors import rejected
from sandbox.state import Sandbox

LARGEST_PAGE = 500
FIELDS = {
    "bounces": ("reason", "status"),
    "blocks": ("reason", "status"),
    "invalid_emails": ("reason",),
    "spam_reports": ("ip",),
    "global": (),
}
"""Fields of each list besides the address and its creation time."""
READER = "203.0.113.7"

SELECT = """
    select email, created_at / 1000 as created, reason, status
    from suppressions
    where list = :list and created_at <= :now
"""
PAGE = f"""
    {SELECT}
    and (:start_time is null or created_at / 1000 >= :start_time)
    and (:end_time is null or created_at / 1000 <= :end_time)
    and (:email is null or email like :email)
    order by created_at desc, suppression_id desc
    limit :limit offset :offset
"""
DELETE_ALL = "delete from suppressions where list = ?"
DELETE_ONE = "delete from suppressions where list = ? and email = ?"

Operation = Callable[[Sandbox, Call], Response]


def list_page(name: str) -> Operation:
    """Return the operation that lists a page; times are in seconds, both inclusive."""

    def answer(sandbox: Sandbox, call: Call) -> Response:
        email = call.query.get("email")
        values = {
            "list": name,
            "now": sandbox.now_ms(),
            "start_time": _number(call, "start_time", None),
            "end_time": _number(call, "end_time", None),
            "limit": _number(call, "limit", LARGEST_PAGE, 1, LARGEST_PAGE),
            "offset": _number(call, "offset", 0),
            "email": None if email is None else f"{email}%",
        }
        return JSONResponse([_entry(name, row) for row in sandbox.database.rows(PAGE, values)])

    return answer


def get_one(name: str) -> Operation:
    """Return the operation that returns one address as a list, which may be empty."""

    def answer(sandbox: Sandbox, call: Call) -> Response:
        values = {"list": name, "now": sandbox.now_ms(), "email": call.path_params["email"]}
        rows = sandbox.database.rows(f"{SELECT} and email = :email", values)
        return JSONResponse([_entry(name, row) for row in rows])

    return answer


def delete_some(name: str) -> Operation:
    """Return the operation that removes the given addresses, or all, from a list."""

    def answer(sandbox: Sandbox, call: Call) -> Response:
        body = call.body or {}
        sandbox.contract.check("delete suppressions", body)
        emails, everything = body.get("emails"), body.get("delete_all", False)
        if bool(emails) == everything:
            raise rejected(400, "either delete_all or emails must be set, and not both")
        with sandbox.database.transaction() as connection:
            if everything:
                connection.execute(DELETE_ALL, (name,))
            connection.executemany(DELETE_ONE, [(name, email) for email in emails or ()])
        return Response(status_code=204)

    return answer


def delete_one(name: str) -> Operation:
    """Return the operation that removes one address from a list: 204, or 404 if it is not on it."""

    def answer(sandbox: Sandbox, call: Call) -> Response:
        with sandbox.database.transaction() as connection:
            deleted = connection.execute(DELETE_ONE, (name, call.path_params["email"])).rowcount
        if not deleted:
            raise rejected(404, "email not found", "email")
        return Response(status_code=204)

    return answer


def _number(
    call: Call, name: str, default: int | None, least: int = 0, most: int | None = None
) -> int | None:
    text = call.query.get(name)
    if text is None:
        return default
    if not text.isdecimal() or int(text) < least or (most is not None and int(text) > most):
        bounds = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise rejected(400, f"{name} must be a whole number {bounds}", name)
    return int(text)


def _entry(name: str, row: Any) -> dict[str, Any]:
    values = {"reason": row["reason"], "status": row["status"], "ip": READER}
    return {
        "created": row["created"],
        "email": row["email"],
        **{field: values[field] for field in FIELDS[name]},
    }


def _routes_of(name: str) -> list[Route]:
    path = f"/v3/suppression/{name}"
    return [
        Route(path, endpoint(list_page(name)), methods=["GET"]),
        Route(path, endpoint(delete_some(name)), methods=["DELETE"]),
        Route(f"{path}/{{email}}", endpoint(get_one(name)), methods=["GET"]),
        Route(f"{path}/{{email}}", endpoint(delete_one(name)), methods=["DELETE"]),
    ]


routes = [
    *(route for name in FIELDS if name != "global" for route in _routes_of(name)),
    Route("/v3/suppression/unsubscribes", endpoint(list_page("global")), methods=["GET"]),
]
