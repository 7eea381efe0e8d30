"""The rules of mail/send that SendGrid documents only in prose.

Each rule takes a request (already valid by schema) and yields errors. Where the documentation is
unclear, the stricter reading is used, so that a request accepted here is accepted by SendGrid.
"""

import base64
import binascii
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Protocol

import orjson

from sandbox.contract.api_errors import ApiError, mail_error
from sandbox.contract.error_texts import CONTENT_REQUIRED, repeated

Mail = dict[str, Any]

MAX_SCHEDULE = timedelta(hours=72)
MAX_RECIPIENTS = 1000
MAX_CUSTOM_ARGS_BYTES = 10_000
RECIPIENT_FIELDS = ("to", "cc", "bcc")
RESERVED_HEADERS = frozenset({
    "x-sg-id",
    "x-sg-eid",
    "received",
    "dkim-signature",
    "content-type",
    "content-transfer-encoding",
    "to",
    "from",
    "subject",
    "reply-to",
    "cc",
    "bcc",
})  # fmt: skip
SUBJECT_REQUIRED = (
    "The subject is required. You can get around this requirement if you use a template with a "
    "subject defined or if every personalization has a subject defined."
)
RFC_1341 = (
    "Following RFC 1341, section 7.2, if either text/html or text/plain are to be sent in your "
    "email: text/plain needs to be first, followed by text/html, followed by any other content."
)
UNKNOWN_GROUP = "The asm group ID must be a valid Group ID on your account."
UNKNOWN_GROUPS = "All asm groups to display must be valid asm group IDs on your account."
UNKNOWN_TEMPLATE = "The template id must be a valid template id for your account. You provided {}."
ACCEPTED_BY_SENDGRID = (
    "SendGrid accepts an unknown template id with 202 and drops the mail later; the "
    "sandbox refuses it at once."
)


class Account(Protocol):
    """The objects of the account that the rules need to know."""

    def has_group(self, group_id: int) -> bool:
        """Whether the unsubscribe group exists."""

    def has_batch(self, batch_id: str) -> bool:
        """Whether the batch id was created by POST /v3/mail/batch."""

    def has_template(self, template_id: str) -> bool:
        """Whether the template exists."""

    def has_active_version(self, template_id: str) -> bool:
        """Whether the template has an active version."""


def violations(mail: Mail, now: datetime, account: Account) -> Iterator[ApiError]:
    """Yield every violated prose rule of a mail/send request."""
    for rule in RULES:
        yield from rule(mail)
    yield from _schedule(mail, now)
    yield from _account(mail, account)


def _numbered(mail: Mail) -> Iterator[tuple[str, Mail]]:
    for index, personalization in enumerate(mail["personalizations"]):
        yield f"personalizations.{index}", personalization


def recipients(personalization: Mail) -> Iterator[tuple[str, Mail]]:
    """Yield (to | cc | bcc, address object) of one personalization, in that order."""
    for field in RECIPIENT_FIELDS:
        for address in personalization.get(field, ()):
            yield field, address


def _total_recipients(mail: Mail) -> Iterator[ApiError]:
    total = sum(
        len(personalization.get(field, ()))
        for _, personalization in _numbered(mail)
        for field in RECIPIENT_FIELDS
    )
    if total > MAX_RECIPIENTS:
        message = "There is a limit of 1000 total recipients (to + cc + bcc) per request."
        yield mail_error(
            message, "personalizations", "-Personalizations-Errors", f"{total} recipients"
        )


def _unique_addresses(mail: Mail) -> Iterator[ApiError]:
    first_use: dict[str, str] = {}
    for path, personalization in _numbered(mail):
        for _, address in recipients(personalization):
            email = address["email"].lower()
            if first_use.setdefault(email, path) != path:
                yield _address_in_two_personalizations(path, address["email"])
        yield from _address_twice_in_one(path, personalization)


def _address_twice_in_one(path: str, personalization: Mail) -> Iterator[ApiError]:
    seen = set()
    for field, address in recipients(personalization):
        email = address["email"].lower()
        if email in seen:
            message = (
                "Each email address in the personalization block should be unique between to, cc, "
                "and bcc. We found the first duplicate instance of "
                f"[{address['email']}] in the {path}.{field} field."
            )
            yield mail_error(message, path, "message.recipient-errors")
            return
        seen.add(email)


def _address_in_two_personalizations(path: str, email: str) -> ApiError:
    message = (
        "Each unique email address in the personalizations array should only be included once. "
        f"You have included [{email}] more than once."
    )
    note = (
        "SendGrid's documentation is contradictory: unique in the request, or per personalization."
    )
    return mail_error(message, path, "message.recipient-errors", note)


def _recipient_names(mail: Mail) -> Iterator[ApiError]:
    for path, personalization in _numbered(mail):
        for field, address in recipients(personalization):
            name = address.get("name", "")
            quoted = len(name) > 1 and name[0] == name[-1] == '"'
            if not quoted and (";" in name or "," in name):
                yield mail_error(
                    f"The {field} name may not contain ';' or ',' unless it is quoted.",
                    f"{path}.{field}",
                )


def _ascii_sender(mail: Mail) -> Iterator[ApiError]:
    senders = [
        ("from", mail["from"]),
        *((f"{path}.from", one["from"]) for path, one in _numbered(mail) if "from" in one),
    ]
    for path, sender in senders:
        if not sender["email"].isascii():
            yield mail_error(
                "The from email does not contain a valid address.", f"{path}.email", "message.from"
            )


def _custom_args(mail: Mail) -> Iterator[ApiError]:
    shared = mail.get("custom_args", {})
    for path, personalization in _numbered(mail):
        size = len(orjson.dumps({**shared, **personalization.get("custom_args", {})}))
        if size > MAX_CUSTOM_ARGS_BYTES:
            message = (
                "The combined size of both global and personalization custom arguments may not "
                "exceed 10,000 bytes per personalization."
            )
            yield mail_error(
                message, f"{path}.custom_args", explanation=f"{size} bytes after merging"
            )


def _headers(mail: Mail) -> Iterator[ApiError]:
    for path, holder in [("", mail), *_numbered(mail)]:
        for name, value in holder.get("headers", {}).items():
            field = f"{path}.headers.{name}".lstrip(".")
            if name.lower() in RESERVED_HEADERS:
                yield mail_error(
                    "Header can not be one of the reserved keys.", field, "message.headers"
                )
            if not name.isascii() or " " in name or not value.isascii():
                message = "Header keys cannot contain non-ASCII characters and empty spaces."
                yield mail_error(
                    message,
                    field,
                    "message.headers",
                    "Keys and values must be ASCII; encode the value (RFC 2047).",
                )


def _subject(mail: Mail) -> Iterator[ApiError]:
    if mail.get("template_id") or mail.get("subject"):
        return
    if not all(personalization.get("subject") for _, personalization in _numbered(mail)):
        yield mail_error(SUBJECT_REQUIRED, "subject")


def _content(mail: Mail) -> Iterator[ApiError]:
    types = [block["type"].lower() for block in mail.get("content", ())]
    if not types and not mail.get("template_id"):
        yield mail_error(CONTENT_REQUIRED, "content")
    if any(kind in {"text/plain", "text/html"} for kind in repeated(types)):
        yield mail_error(
            "If present, text/plain and text/html may only be provided once.", "content"
        )
    if types != sorted(types, key=_content_rank):
        yield mail_error(RFC_1341, "content")


def _content_rank(content_type: str) -> int:
    return {"text/plain": 0, "text/html": 1}.get(content_type, 2)


def _attachments(mail: Mail) -> Iterator[ApiError]:
    for index, attachment in enumerate(mail.get("attachments", ())):
        try:
            base64.b64decode(attachment["content"], validate=True)
        except (binascii.Error, ValueError):
            yield mail_error(
                "The attachment content must be base64 encoded.", f"attachments.{index}.content"
            )


def _reply_to(mail: Mail) -> Iterator[ApiError]:
    if "reply_to" in mail and "reply_to_list" in mail:
        yield mail_error(
            "You can use either the reply_to property or reply_to_list property but not both.",
            "reply_to_list",
        )


def _bypasses(mail: Mail) -> Iterator[ApiError]:
    settings = mail.get("mail_settings", {})
    enabled = [
        name
        for name, setting in settings.items()
        if name.startswith("bypass_") and setting.get("enable")
    ]
    if "bypass_list_management" in enabled and len(enabled) > 1:
        message = "bypass_list_management cannot be combined with any other bypass filter."
        yield mail_error(message, "mail_settings.bypass_list_management")


def _substitutions(mail: Mail) -> Iterator[ApiError]:
    if not mail.get("template_id", "").startswith("d-"):
        return
    for path, personalization in _numbered(mail):
        if "substitutions" in personalization:
            yield mail_error(
                "Substitutions may not be used with dynamic templating", f"{path}.substitutions"
            )


RULES: tuple[Callable[[Mail], Iterator[ApiError]], ...] = (
    _total_recipients,
    _unique_addresses,
    _recipient_names,
    _ascii_sender,
    _custom_args,
    _headers,
    _subject,
    _content,
    _attachments,
    _reply_to,
    _bypasses,
    _substitutions,
)


def _schedule(mail: Mail, now: datetime) -> Iterator[ApiError]:
    latest = (now + MAX_SCHEDULE).timestamp()
    for path, holder in [("", mail), *_numbered(mail)]:
        if holder.get("send_at", 0) > latest:
            yield mail_error(
                "Scheduling more than 72 hours in advance is forbidden.",
                f"{path}.send_at".lstrip("."),
            )


def _account(mail: Mail, account: Account) -> Iterator[ApiError]:
    batch_id = mail.get("batch_id")
    if batch_id is not None and not account.has_batch(batch_id):
        message = f"The batch_id must be a valid batch ID on your account. You provided {batch_id}."
        yield mail_error(
            message, "batch_id", explanation="Create one with POST /v3/mail/batch first."
        )
    yield from _unsubscribe_groups(mail.get("asm", {}), account)
    if mail.get("template_id"):
        yield from _template(mail["template_id"], account)


def _unsubscribe_groups(asm: Mail, account: Account) -> Iterator[ApiError]:
    if "group_id" in asm and not account.has_group(asm["group_id"]):
        message = f"{UNKNOWN_GROUP} You provided {asm['group_id']}."
        yield mail_error(message, "asm.group_id")
    unknown = [
        group_id for group_id in asm.get("groups_to_display", ()) if not account.has_group(group_id)
    ]
    if unknown:
        message = f"{UNKNOWN_GROUPS} You provided {unknown}."
        yield mail_error(message, "asm.groups_to_display")


def _template(template_id: str, account: Account) -> Iterator[ApiError]:
    if not account.has_template(template_id):
        yield mail_error(
            UNKNOWN_TEMPLATE.format(template_id), "template_id", explanation=ACCEPTED_BY_SENDGRID
        )
    elif not account.has_active_version(template_id):
        yield mail_error(
            "Must be a valid template.",
            "template_id",
            explanation="The template has no active version.",
        )
