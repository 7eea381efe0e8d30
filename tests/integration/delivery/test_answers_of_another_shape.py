"""JSON responses of an unexpected shape: the error names the endpoint."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import pytest

from retention.sendgrid.account import Account
from retention.sendgrid.client import SendGrid, SendGridError
from retention.sendgrid.suppression_lists import SuppressionLists
from tests.integration.delivery.conftest import API_KEY
from tests.integration.delivery.faulty_server import answer, faulty_server
from tests.integration.ledger.warehouse import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT_CALLS: dict[str, Callable[[Account], object]] = {
    "GET templates": Account.list_templates,
    "POST templates (winback)": lambda account: account.create_template("winback"),
    "POST version (en)": lambda account: account.create_version("d-1", {"name": "en"}),
    "GET asm/groups": Account.list_unsubscribe_groups,
    "POST asm/groups (Offers)": lambda account: account.create_unsubscribe_group("Offers", "All"),
    "GET event webhooks": Account.list_webhooks,
    "POST event webhook": lambda account: account.create_webhook({}),
    "PATCH signature of webhook 7": lambda account: account.sign_webhook("7"),
}
LIST_CALLS: dict[str, Callable[[SuppressionLists], object]] = {
    "GET suppression/bounces": lambda lists: lists.read("bounces", None, NOW),
    "GET asm/suppressions": SuppressionLists.read_groups,
}
BODIES = [b'[{"name": 7}]', b'{"result": [7], "webhooks": 7}', b"7", b"null"]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("name", [*ACCOUNT_CALLS, *LIST_CALLS])
def test_the_error_for_an_unexpected_response_names_the_endpoint(name: str, body: bytes) -> None:
    with faulty_server(answer("200 OK", body)) as server, SendGrid(API_KEY, server.url) as client:
        expected = re.escape(f"SendGrid, {name}: the response is JSON of an unexpected shape")
        calls = {
            **{each: partial(call, Account(client)) for each, call in ACCOUNT_CALLS.items()},
            **{each: partial(call, SuppressionLists(client)) for each, call in LIST_CALLS.items()},
        }
        with pytest.raises(SendGridError, match=expected):
            calls[name]()
