"""Mistakes of the published specification alone, which the overlay and rules correct."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import orjson
import pytest

from sandbox.contract.api_errors import RequestRejected
from sandbox.contract.overlay import SPEC
from sandbox.contract.specification import MAIL, MAIL_SEND, Contract
from tests.unit.sandbox.test_contract import INVALID, NOW, VALID, Account

CORRECTED = [
    "an empty list of personalizations",
    "nobody to send to",
    "an empty list of content",
    "custom arguments in a string",
    "a number among the custom arguments",
    "no custom argument in the object",
    "a number for a header",
    "a category that is not ASCII",
    "a misspelt key",
]
ONLY_IN_PROSE = [
    "more than 1,000 recipients in all",
    "the same address twice in one personalization",
    "the same address in two personalizations",
    "a comma in a name",
    "no subject",
    "no content",
    "html before text",
    "two texts",
    "a reserved header",
    "a header with a space",
    "scheduled in 73 hours",
    "one person scheduled in 73 hours",
    "an unknown batch",
    "an unknown group",
    "an unknown template",
    "a template without an active version",
    "substitutions with a dynamic template",
    "both ways to reply",
    "two bypasses",
    "an attachment that is not base64",
]


@pytest.fixture(scope="module")
def raw() -> Any:
    """The schema of mail/send as it was published."""
    document = orjson.loads((SPEC / MAIL).read_bytes())
    return jsonschema_rs.Draft202012Validator({"$ref": f"#{MAIL_SEND}", **document})


@pytest.mark.parametrize("name", CORRECTED)
def test_the_raw_specification_accepts_what_the_overlay_refuses(raw: Any, name: str) -> None:
    mail = INVALID[name][0]
    assert raw.is_valid(mail)
    assert not Contract.load().mail_send.is_valid(mail)


@pytest.mark.parametrize("name", ONLY_IN_PROSE)
def test_the_corrected_specification_accepts_what_the_prose_rules_refuse(
    raw: Any, name: str
) -> None:
    mail = INVALID[name][0]
    assert raw.is_valid(mail)
    assert Contract.load().mail_send.is_valid(mail)
    with pytest.raises(RequestRejected):
        Contract.load().check_mail(mail, NOW, Account())


def test_the_raw_specification_refuses_custom_arguments_for_the_whole_mail(raw: Any) -> None:
    mail = VALID["custom arguments for the whole mail"]
    assert not raw.is_valid(mail)
    assert Contract.load().mail_send.is_valid(mail)
