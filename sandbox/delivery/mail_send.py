"""POST /v3/mail/send and the batch ids."""

import secrets

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.api.account import StoredAccount
from sandbox.api.endpoint import Call, endpoint
from sandbox.contract.api_errors import rejected
from sandbox.delivery.acceptance import accept
from sandbox.state import Sandbox


def send_mail(sandbox: Sandbox, call: Call) -> Response:
    """Check a mail and accept it: 202, an empty body and the id of the request."""
    account = StoredAccount(sandbox.database)
    sandbox.contract.check_mail(call.body, sandbox.now(), account)
    if call.body.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"):
        return Response(status_code=200)
    x_message_id = secrets.token_urlsafe(16)
    accept(sandbox, call, x_message_id)
    return Response(status_code=202, headers={"X-Message-Id": x_message_id})


def create_batch(sandbox: Sandbox, _call: Call) -> Response:
    """Create a batch id, with which scheduled mails can be cancelled."""
    # Only letters and digits: cancelling refuses ids that begin with anything else.
    batch_id = secrets.token_hex(24)
    with sandbox.database.transaction() as connection:
        connection.execute(
            "insert into batches (batch_id, created_at) values (?, ?)", (batch_id, sandbox.now_ms())
        )
    return JSONResponse({"batch_id": batch_id}, 201)


def validate_batch(sandbox: Sandbox, call: Call) -> Response:
    """Answer whether a batch id was created here: 200 or 400."""
    batch_id = call.path_params["batch_id"]
    if not StoredAccount(sandbox.database).has_batch(batch_id):
        raise rejected(400, "invalid batch id")
    return JSONResponse({"batch_id": batch_id})


routes = [
    Route("/v3/mail/send", endpoint(send_mail), methods=["POST"]),
    Route("/v3/mail/batch", endpoint(create_batch), methods=["POST"]),
    Route("/v3/mail/batch/{batch_id}", endpoint(validate_batch), methods=["GET"]),
]
