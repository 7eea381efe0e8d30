"""Requests that SendGrid accepts, and those it refuses with a known message at a known field."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.contract.api_errors import HELP, RequestRejected
from sandbox.contract.overlay import corrected
from sandbox.contract.specification import MAIL, Contract

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TEMPLATE = "d-" + "a" * 32
EMPTY_TEMPLATE = "d-" + "e" * 32
MISSING_TEMPLATE = "d-" + "0" * 32


class Account:
    """An account with one template, one template without versions, group 1 and one batch."""

    def has_group(self, group_id: int) -> bool:
        return group_id == 1

    def has_batch(self, batch_id: str) -> bool:
        return batch_id == "known-batch"

    def has_template(self, template_id: str) -> bool:
        return template_id in {TEMPLATE, EMPTY_TEMPLATE}

    def has_active_version(self, template_id: str) -> bool:
        return template_id == TEMPLATE


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract.load()


def person(number: int = 0, **more: Any) -> dict[str, Any]:
    return {"to": [{"email": f"person{number}@example.com"}], **more}


def plain(**more: Any) -> dict[str, Any]:
    """Return a valid mail without a template."""
    return {
        "personalizations": [person()],
        "from": {"email": "hello@shop.example.com", "name": "Kahvipuu"},
        "subject": "Hello",
        "content": [{"type": "text/plain", "value": "Hello"}],
        **more,
    }


def templated(**more: Any) -> dict[str, Any]:
    """Return a valid mail with a dynamic template."""
    return {
        "personalizations": [person(dynamic_template_data={"first_name": "Aino"})],
        "from": {"email": "hello@shop.example.com"},
        "template_id": TEMPLATE,
        **more,
    }


def without(mail: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in mail.items() if name != key}


def hours(number: float) -> int:
    return int((NOW + timedelta(hours=number)).timestamp())


HTML = {"type": "text/html", "value": "<p>Hello</p>"}
TEXT = {"type": "text/plain", "value": "Hello"}

VALID = {
    "a plain mail": plain(),
    "a dynamic template without subject and content": templated(),
    "a thousand people": templated(personalizations=[person(n) for n in range(1000)]),
    "custom arguments for the whole mail": plain(custom_args={"paluu_request_id": "r-1"}),
    "a subject for each person and none for all": without(
        plain(personalizations=[person(subject="Hi")]), "subject"
    ),
    "scheduled in 71 hours": plain(send_at=hours(71)),
    "scheduled for the past, which means at once": plain(send_at=hours(-1)),
    "text, then html, then a calendar entry": plain(
        content=[TEXT, HTML, {"type": "text/calendar", "value": "BEGIN:VCALENDAR"}]
    ),
    "a quoted name with a comma": plain(
        personalizations=[{"to": [{"email": "a@example.com", "name": '"Virtanen, Aino"'}]}]
    ),
    "an unsubscribe group, a batch and a category": plain(
        asm={"group_id": 1}, batch_id="known-batch", categories=["winback"]
    ),
    "a base64 attachment": plain(
        attachments=[{"content": base64.b64encode(b"x").decode(), "filename": "x.txt"}]
    ),
    "exactly 10,000 bytes of merged custom arguments": plain(
        custom_args={"a": "x" * 4992}, personalizations=[person(custom_args={"b": "x" * 4993})]
    ),
}

# name: (mail, field, the beginning of the message)
INVALID: dict[str, tuple[Any, str | None, str]] = {
    "no body": (None, None, "Bad Request"),
    "a list for a body": ([], None, "Bad Request"),
    "no personalizations": (
        without(plain(), "personalizations"),
        "personalizations",
        "The personalizations field is required",
    ),
    "an empty list of personalizations": (
        plain(personalizations=[]),
        "personalizations",
        "The personalizations field is required",
    ),
    "1,001 personalizations": (
        templated(personalizations=[person(n) for n in range(1001)]),
        "personalizations",
        "The personalization block is limited to 1000 personalizations per API request. "
        "You have provided 1001 personalizations.",
    ),
    "more than 1,000 recipients in all": (
        plain(personalizations=[{**person(n), "cc": person(2000 + n)["to"]} for n in range(501)]),
        "personalizations",
        "There is a limit of 1000 total recipients (to + cc + bcc) per request.",
    ),
    "nobody to send to": (
        plain(personalizations=[{"to": []}]),
        "personalizations.0.to",
        "The to array is required for all personalization objects",
    ),
    "only a blind copy": (
        plain(personalizations=[person(), {"bcc": [{"email": "b@example.com"}]}]),
        "personalizations.1.to",
        "The to array is required for all personalization objects",
    ),
    "a recipient without an address": (
        plain(personalizations=[{"to": [{"name": "Aino"}]}]),
        "personalizations.0.to.0.email",
        "The to email parameter is required.",
    ),
    "an invalid address": (
        plain(personalizations=[person(), {"to": [{"email": "aino at example.com"}]}]),
        "personalizations.1.to.0.email",
        "Does not contain a valid address.",
    ),
    "an address with a display name in it": (
        plain(personalizations=[{"to": [{"email": "Aino <a@example.com>"}]}]),
        "personalizations.0.to.0.email",
        "Does not contain a valid address.",
    ),
    "an address of more than 320 characters": (
        plain(personalizations=[{"to": [{"email": "a@" + "example." * 40 + "com"}]}]),
        "personalizations.0.to.0.email",
        "",
    ),
    "a number for an address": (
        plain(personalizations=[{"to": [{"email": 7}]}]),
        None,
        "Bad Request",
    ),
    "the same address twice in one personalization": (
        plain(personalizations=[{**person(1), "cc": [{"email": "PERSON1@example.com"}]}]),
        "personalizations.0",
        "Each email address in the personalization block should be unique between to, cc, and bcc. "
        "We found the first duplicate instance of [PERSON1@example.com] in the "
        "personalizations.0.cc field.",
    ),
    "the same address in two personalizations": (
        plain(personalizations=[person(1), person(2), person(1)]),
        "personalizations.2",
        "Each unique email address in the personalizations array should only be included once.",
    ),
    "a comma in a name": (
        plain(personalizations=[{"to": [{"email": "a@example.com", "name": "Virtanen, A"}]}]),
        "personalizations.0.to",
        "The to name may not contain",
    ),
    "no sender": (without(plain(), "from"), "from.email", "The from object must be provided"),
    "a sender without an address": (
        plain(**{"from": {"name": "Kahvipuu"}}),
        "from.email",
        "The from object must be provided",
    ),
    "an invalid sender's address": (
        plain(**{"from": {"email": "kahvipuu"}}),
        "from.email",
        "The from email does not contain a valid address.",
    ),
    "no subject": (without(plain(), "subject"), "subject", "The subject is required."),
    "an empty subject": (plain(subject=""), "subject", "The subject of your email must be"),
    "no content": (without(plain(), "content"), "content", "Unless a valid template_id is"),
    "an empty list of content": (plain(content=[]), "content", "Unless a valid template_id is"),
    "an empty text": (
        plain(content=[{"type": "text/plain", "value": ""}]),
        "content.0.value",
        "The content value must be a string at least one character in length.",
    ),
    "html before text": (plain(content=[HTML, TEXT]), "content", "Following RFC 1341"),
    "two texts": (plain(content=[TEXT, TEXT]), "content", "If present, text/plain and text/html"),
    "custom arguments in a string": (
        plain(custom_args="a"),
        "custom_args",
        "Invalid type. Expected: object, given: string.",
    ),
    "a number among the custom arguments": (
        plain(personalizations=[person(custom_args={"paluu_message_id": 7})]),
        None,
        "Bad Request",
    ),
    "no custom argument in the object": (
        plain(personalizations=[person(custom_args={})]),
        "personalizations.0.custom_args",
        "custom_args cannot be empty.",
    ),
    "10,001 bytes of merged custom arguments": (
        plain(
            custom_args={"a": "x" * 4993}, personalizations=[person(custom_args={"b": "x" * 4993})]
        ),
        "personalizations.0.custom_args",
        "The combined size of both global and personalization custom arguments may not exceed",
    ),
    "a number for a header": (plain(headers={"X-Campaign": 7}), None, "Bad Request"),
    "a reserved header": (
        plain(headers={"Reply-To": "a@example.com"}),
        "headers.Reply-To",
        "Header can not be one of the reserved keys.",
    ),
    "a header with a space": (
        plain(personalizations=[person(headers={"X Campaign": "a"})]),
        "personalizations.0.headers.X Campaign",
        "Header keys cannot contain non-ASCII characters",
    ),
    "eleven categories": (
        plain(categories=[str(n) for n in range(11)]),
        "categories",
        "There is a limit of 10 categories for each email that is sent. "
        "You provided 11 categories.",
    ),
    "a category twice": (
        plain(categories=["a", "winback", "winback"]),
        "categories",
        "The categories must be a unique list, and you have included winback more than once.",
    ),
    "a category that is not ASCII": (
        plain(categories=["kevät"]),
        "categories.0",
        "Categories can not contain non-ASCII characters.",
    ),
    "a category of 256 characters": (
        plain(categories=["a" * 256]),
        "categories.0",
        "Each category must not be longer than 255 characters.",
    ),
    "scheduled in 73 hours": (
        plain(send_at=hours(73)),
        "send_at",
        "Scheduling more than 72 hours in advance is forbidden.",
    ),
    "one person scheduled in 73 hours": (
        plain(personalizations=[person(0), person(1, send_at=hours(73))]),
        "personalizations.1.send_at",
        "Scheduling more than 72 hours in advance is forbidden.",
    ),
    "a time in words": (
        plain(send_at="tomorrow"),
        "send_at",
        "The send_at parameter is expecting a Unix timestamp as an integer.",
    ),
    "an unknown batch": (plain(batch_id="b"), "batch_id", "The batch_id must be a valid batch ID"),
    "an unknown group": (
        plain(asm={"group_id": 2}),
        "asm.group_id",
        "The asm group ID must be a valid Group ID on your account. You provided 2.",
    ),
    "a group in words": (
        plain(asm={"group_id": "1"}),
        "asm.group_id",
        "The asm group ID must be an integer.",
    ),
    "an unknown template": (
        templated(template_id=MISSING_TEMPLATE),
        "template_id",
        "The template id must be a valid template id for your account. You provided d-0000",
    ),
    "a template without an active version": (
        templated(template_id=EMPTY_TEMPLATE),
        "template_id",
        "Must be a valid template.",
    ),
    "substitutions with a dynamic template": (
        templated(personalizations=[person(substitutions={"-name-": "Aino"})]),
        "personalizations.0.substitutions",
        "Substitutions may not be used with dynamic templating",
    ),
    "a misspelt key": (
        templated(personalizations=[person(dynamic_templates_data={})]),
        "personalizations.0.dynamic_templates_data",
        "Unknown parameter dynamic_templates_data.",
    ),
    "both ways to reply": (
        plain(reply_to={"email": "a@example.com"}, reply_to_list=[{"email": "b@example.com"}]),
        "reply_to_list",
        "You can use either the reply_to property or reply_to_list property but not both.",
    ),
    "two bypasses": (
        plain(
            mail_settings={
                "bypass_list_management": {"enable": True},
                "bypass_bounce_management": {"enable": True},
            }
        ),
        "mail_settings.bypass_list_management",
        "bypass_list_management cannot be combined",
    ),
    "sandbox mode in words": (
        plain(mail_settings={"sandbox_mode": {"enable": "true"}}),
        "mail_settings.sandbox_mode.enable",
        "The sandbox mode enable param should be a boolean value.",
    ),
    "an attachment that is not base64": (
        plain(attachments=[{"content": "ä", "filename": "x.txt"}]),
        "attachments.0.content",
        "The attachment content must be base64 encoded.",
    ),
}


@pytest.mark.parametrize("name", VALID)
def test_a_request_that_follows_the_contract_passes(contract: Contract, name: str) -> None:
    contract.check_mail(VALID[name], NOW, Account())


@pytest.mark.parametrize("name", INVALID)
def test_a_request_that_violates_the_contract_is_refused_at_its_field(
    contract: Contract, name: str
) -> None:
    mail, field, message = INVALID[name]
    with pytest.raises(RequestRejected) as caught:
        contract.check_mail(mail, NOW, Account())
    assert caught.value.status == 400
    errors = [error for error in caught.value.errors if error.field == field]
    assert errors, caught.value.errors
    assert errors[0].message.startswith(message)


def test_every_bad_recipient_of_a_request_is_named_at_once(contract: Contract) -> None:
    mail = templated(personalizations=[person(n) for n in range(10)])
    for index in (3, 7):
        mail["personalizations"][index]["to"][0]["email"] = "nowhere"
    with pytest.raises(RequestRejected) as caught:
        contract.check_mail(mail, NOW, Account())
    fields = [error.field for error in caught.value.errors]
    assert fields == ["personalizations.3.to.0.email", "personalizations.7.to.0.email"]


def test_help_links_to_the_documentation_of_the_field(contract: Contract) -> None:
    mail = plain(personalizations=[{"to": [{"email": "nowhere"}]}])
    with pytest.raises(RequestRejected) as caught:
        contract.check_mail(mail, NOW, Account())
    assert caught.value.errors[0].help == f"{HELP}message.personalizations.to"


def test_an_answer_never_carries_the_explanation_for_the_reader(contract: Contract) -> None:
    with pytest.raises(RequestRejected) as caught:
        contract.check_mail(templated(template_id=MISSING_TEMPLATE), NOW, Account())
    error = caught.value.errors[0]
    assert error.explanation
    assert set(error.answer()) == {"message", "field", "help"}


def test_the_official_examples_pass_the_schema(contract: Contract) -> None:
    content = corrected(MAIL)["components"]["requestBodies"]["PostMailSend"]["content"]
    examples = content["application/json"]["examples"]
    assert examples
    for example in examples.values():
        assert list(contract.mail_send.iter_errors(example["value"])) == []
