"""SendGrid's error messages for schema violations, by field and violated keyword.

They are in ``error_texts.yaml``; where SendGrid's text is unknown, the sandbox uses its own.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from sandbox.contract.api_errors import ApiError, cryptic, mail_error, shortened

NAMES_OF_TYPES = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}

FILE = Path(__file__).with_name("error_texts.yaml")
TEXTS: dict[str, dict[str, str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
CONTENT_REQUIRED = TEXTS["content"]["minItems"]

UNKNOWN_KEY = (
    "SendGrid does not document this key and may ignore it silently; the sandbox refuses it so "
    "that a typo is noticed."
)
FIELDS = {"from": "from.email"}
"""Missing fields for which SendGrid names another field."""

CRYPTIC_PARENTS = ("custom_args", "headers", "substitutions")


def describe(violation: Any) -> list[ApiError]:
    """Return the errors of mail/send for one violation found by jsonschema-rs."""
    keyword = violation.kind.name
    path = [str(part) for part in violation.instance_path]
    if keyword == "additionalProperties":
        return [_unknown_key([*path, key]) for key in violation.kind.unexpected]
    if keyword == "required":
        path.append(violation.kind.property)
    if _breaks_the_parser(keyword, path):
        return [cryptic(f"{'.'.join(path)}: {violation.message}")]
    shape = ".".join("*" if part.isdigit() else part for part in path)
    text = TEXTS.get(shape, {}).get(keyword)
    field = FIELDS.get(shape, ".".join(path)) if keyword == "required" else ".".join(path)
    anchor = "-Personalizations-Errors" if shape == "personalizations" else None
    message = _filled(text, violation.instance) if text else _plain(keyword, violation)
    return [mail_error(message, field, anchor, violation.message)]


def _breaks_the_parser(keyword: str, path: list[str]) -> bool:
    """Whether SendGrid answers only "Bad Request": for a wrong type where it expects a string."""
    if keyword != "type" or not path:
        return keyword == "type"
    return path[-1] == "email" or (len(path) > 1 and path[-2] in CRYPTIC_PARENTS)


def _unknown_key(path: list[str]) -> ApiError:
    return mail_error(
        f"Unknown parameter {path[-1]}.",
        ".".join(path),
        explanation=UNKNOWN_KEY,
    )


def _plain(keyword: str, violation: Any) -> str:
    if keyword == "type":
        expected = " or ".join(violation.kind.types)
        given = NAMES_OF_TYPES[type(violation.instance)]
        return f"Invalid type. Expected: {expected}, given: {given}."
    return shortened(violation.message[:1].upper() + violation.message[1:] + ".")


def _filled(text: str, instance: Any) -> str:
    counts = {"count": len(instance)} if isinstance(instance, list) else {}
    replacements = {"value": instance, "repeated": next(repeated(instance), ""), **counts}
    for name, value in replacements.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def repeated(values: Any) -> Iterator[Any]:
    """Yield repeated values of a list, once per repetition."""
    seen = set()
    for value in values if isinstance(values, list) else ():
        key = str(value)
        if key in seen:
            yield value
        seen.add(key)
