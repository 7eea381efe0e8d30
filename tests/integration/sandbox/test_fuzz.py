"""Damaged mails by the hundred: refused in SendGrid's own form, or accepted, shown and released.

What is accepted is held to the official schema once more, untouched by our overlay and by another
implementation of JSON Schema. So are odd templates: refused on upload, or filled with any data.
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

from sandbox.api import template_versions, templates
from sandbox.api.endpoint import Call, Operation
from sandbox.clock import Clock
from sandbox.contract.api_errors import ApiError, RequestRejected, body_of
from sandbox.contract.overlay import SPEC
from sandbox.contract.specification import MAIL
from sandbox.database import Database
from sandbox.delivery import mail_send
from sandbox.mails import messages
from sandbox.mails.messages import Filter
from sandbox.mails.rendering import render
from sandbox.state import Sandbox
from sendgrid_templates.handlebars import HELPER_NAMES, VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.contract.specification import Contract

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
FUZZED = settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
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


def called(helper: str, words: list[str]) -> str:
    return " ".join([helper, *words])


def tag(helper: str, words: list[str], is_block: bool) -> str:
    if is_block:
        return "{{#" + called(helper, words) + "}}{{name}}{{else}}{{this}}{{/" + helper + "}}"
    return "{{" + called(helper, words) + "}}"


arguments = st.recursive(
    st.sampled_from(["name", "items", "this", "@root.items", "7", '"+9900"', '"default=(x)"']),
    lambda inner: st.builds(
        called, st.sampled_from([*sorted(VALUES), "and", "shout"]), st.lists(inner, max_size=3)
    ).map("({})".format),
    max_leaves=4,
)
tags = st.builds(
    tag,
    st.sampled_from([*sorted(HELPER_NAMES), "shout"]),
    st.lists(arguments, max_size=4),
    st.booleans(),
)
template_data = st.fixed_dictionaries(
    {},
    optional={
        "name": anything | st.just("0001-01-01T00:00:00Z"),
        "items": anything | st.lists(anything, min_size=1, max_size=2),
    },
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


@FUZZED
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
    status, errors = answered(mail_send.send_mail, sandbox, mail)
    if errors:
        assert status == 400
        messages_of_errors = [error["message"] for error in body_of(errors)["errors"]]
        assert all(isinstance(message, str) and message for message in messages_of_errors)
        return
    assert status == 202
    # The one request that the published schema refuses by mistake: an object of custom arguments.
    without = {name: value for name, value in mail.items() if name != "custom_args"}
    assert [error.message for error in official.iter_errors(without)] == []
    for message in messages.page(sandbox.database, Filter(), 3, 0):
        assert render(message, "http://sandbox").subject


def answered(
    operation: Operation, sandbox: Sandbox, body: Any, **path: str
) -> tuple[int, list[ApiError]]:
    """Return the status of an operation's answer, and the errors in it."""
    raw = orjson.dumps(body)
    call = Call("POST", "/v3", "http://sandbox", "fuzz", path, {}, 0, raw, orjson.loads(raw))
    try:
        return operation(sandbox, call).status_code, []
    except RequestRejected as rejection:
        return rejection.status, rejection.errors


def test_the_undamaged_mail_is_accepted(sandbox: Sandbox) -> None:
    assert answered(mail_send.send_mail, sandbox, WHOLE) == (202, [])


@pytest.fixture(scope="module")
def version(sandbox: Sandbox) -> dict[str, str]:
    """The path to the only version of the only template."""
    template = {"name": "odd", "generation": "dynamic"}
    assert answered(templates.create_template, sandbox, template) == (201, [])
    path = {"template_id": sandbox.database.value("select template_id from templates")}
    content = {"name": "1", "subject": "{{name}}"}
    assert answered(template_versions.create_version, sandbox, content, **path) == (201, [])
    return {**path, "version_id": sandbox.database.value("select version_id from versions")}


@FUZZED
@given(words=st.lists(tags, min_size=1, max_size=3), data=template_data)
def test_an_odd_template_is_refused_on_upload_or_filled_with_any_data(
    sandbox: Sandbox, version: dict[str, str], words: list[str], data: dict[str, Any]
) -> None:
    content = {"html_content": " ".join(words)}
    status, errors = answered(template_versions.edit_version, sandbox, content, **version)
    if errors:
        assert (status, [error.field for error in errors]) == (400, ["html_content"])
        return
    mail = {
        "personalizations": [{"to": [{"email": "a@example.com"}], "dynamic_template_data": data}],
        "from": WHOLE["from"],
        "template_id": version["template_id"],
    }
    assert answered(mail_send.send_mail, sandbox, mail) == (202, [])
    newest = messages.page(sandbox.database, Filter(), 1, 0)[0]
    assert render(newest, "http://sandbox").error == ""
