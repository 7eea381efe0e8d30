"""Damaged mails by the hundred: refused in SendGrid's own form, or accepted, shown and released.

What is accepted is held to the official schema once more, untouched by our overlay and by another
implementation of JSON Schema.
"""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import jsonschema
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sendgrid_sandbox import mail_send, messages
from sendgrid_sandbox.api import Call
from sendgrid_sandbox.api_errors import RequestRejected, body_of
from sendgrid_sandbox.clock import Clock
from sendgrid_sandbox.contract import MAIL
from sendgrid_sandbox.database import Database
from sendgrid_sandbox.messages import Filter
from sendgrid_sandbox.overlay import SPEC
from sendgrid_sandbox.rendering import render
from sendgrid_sandbox.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sendgrid_sandbox.contract import Contract

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
WHOLE: dict[str, Any] = {
    "personalizations": [
        {
            "to": [{"email": "aino@example.com", "name": "Aino"}],
            "cc": [{"email": "copy@example.com"}],
            "custom_args": {"paluu_message_id": "m-1"},
            "headers": {"X-Campaign": "winback"},
            "send_at": int(NOW.timestamp()) + 3600,
            "subject": "Hello",
            "substitutions": {"-name-": "Aino"},
        },
        {"to": [{"email": "eero@example.com"}], "from": {"email": "hello@shop.example.com"}},
    ],
    "from": {"email": "hello@shop.example.com", "name": "Kahvipuu"},
    "reply_to": {"email": "care@shop.example.com"},
    "subject": "Hello",
    "content": [
        {"type": "text/plain", "value": "Hello -name-"},
        {"type": "text/html", "value": "<p>Hello</p>"},
    ],
    "attachments": [{"content": "eA==", "filename": "x.txt", "disposition": "attachment"}],
    "categories": ["winback", "fi"],
    "custom_args": {"paluu_request_id": "r-1"},
    "mail_settings": {"bypass_spam_management": {"enable": True}},
    "tracking_settings": {"click_tracking": {"enable": True, "enable_text": False}},
}

# What JSON can say; a lone surrogate cannot be sent as UTF-8.
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalars = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | text
)
anything = st.recursive(
    scalars | st.sampled_from(["a@example.com", "text/plain", "d-1", "", 0, [], {}]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
damages = st.lists(
    st.tuples(
        st.integers(0, 10_000), st.sampled_from(["replace", "remove", "repeat", "add"]), anything
    ),
    max_size=3,
)


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every (container, key) of a JSON value."""
    for key in list(node) if isinstance(node, dict) else range(len(node)):
        yield node, key
        if isinstance(node[key], (dict, list)):
            yield from places(node[key])


def damaged(changes: list[tuple[int, str, Any]]) -> Any:
    mail = copy.deepcopy(WHOLE)
    for where, how, value in changes:
        found = list(places(mail))
        if not found:
            break
        holder, key = found[where % len(found)]
        if how == "remove":
            del holder[key]
        elif how == "replace":
            holder[key] = value
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]) if how == "repeat" else value)
        else:
            holder["unknown" if how == "add" else f"{key}_"] = value
    return mail


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory, contract: Contract) -> Iterator[Sandbox]:
    path: Path = tmp_path_factory.mktemp("fuzz") / "sandbox.sqlite3"
    database = Database(path)
    served = Sandbox(database, contract, "SG.fuzz", Clock(database, lambda: NOW))
    yield served
    served.close()


@pytest.fixture(scope="module")
def official() -> Any:
    """The official schema of mail/send, as it was published."""
    document = orjson.loads((SPEC / MAIL).read_bytes())
    reference = "#/components/requestBodies/PostMailSend/content/application~1json/schema"
    return jsonschema.Draft202012Validator({"$ref": reference, **document})


@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(changes=damages)
def test_a_damaged_mail_is_refused_in_form_or_accepted_and_shown(
    sandbox: Sandbox, official: Any, changes: list[tuple[int, str, Any]]
) -> None:
    hold_to_account(sandbox, official, damaged(changes))


def test_every_part_of_a_mail_may_be_missing_or_something_else(
    sandbox: Sandbox, official: Any
) -> None:
    for where in range(len(list(places(WHOLE)))):
        hold_to_account(sandbox, official, damaged([(where, "remove", None)]))
        for value in (None, "", [], {}, 0, -1, True, "ä", "x" * 400):
            hold_to_account(sandbox, official, damaged([(where, "replace", value)]))


def hold_to_account(sandbox: Sandbox, official: Any, mail: Any) -> None:
    raw = orjson.dumps(mail)
    call = Call(
        "POST", "/v3/mail/send", "http://sandbox", "fuzz", {}, {}, 0, raw, orjson.loads(raw)
    )
    refusal = refused(sandbox, call)
    if refusal is not None:
        assert refusal.status == 400
        messages_of_errors = [error["message"] for error in body_of(refusal.errors)["errors"]]
        assert messages_of_errors
        assert all(isinstance(message, str) and message for message in messages_of_errors)
        return
    # The one request that the published schema refuses by mistake: an object of custom arguments.
    without = {name: value for name, value in mail.items() if name != "custom_args"}
    assert [error.message for error in official.iter_errors(without)] == []
    for message in messages.page(sandbox.database, Filter(), 3, 0):
        assert render(message, "http://sandbox").error == ""


def refused(sandbox: Sandbox, call: Call) -> RequestRejected | None:
    try:
        assert mail_send.send_mail(sandbox, call).status_code == 202
    except RequestRejected as rejection:
        return rejection
    return None


def test_the_undamaged_mail_is_accepted(sandbox: Sandbox) -> None:
    raw = orjson.dumps(WHOLE)
    call = Call("POST", "/v3/mail/send", "http://sandbox", "fuzz", {}, {}, 0, raw, WHOLE)
    assert mail_send.send_mail(sandbox, call).status_code == 202
