"""Checks requests against SendGrid's contract.

The contract consists of the official schemas, the overlay, and rules that are only documented in
prose.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import jsonschema_rs

from sandbox.contract import error_texts, mail_rules
from sandbox.contract.api_errors import ApiError, RequestRejected
from sandbox.contract.mail_rules import Account
from sandbox.contract.overlay import corrected

MAIL = "tsg_mail_v3.json"
TEMPLATES = "tsg_templates_v3.json"
SUPPRESSIONS = "tsg_suppressions_v3.json"
SCOPES = "tsg_scopes_v3.json"
SCHEDULED_SENDS = "tsg_scheduled_sends_v3.json"
LOGS = "tsg_logs_v3.json"
WEBHOOKS = "tsg_webhooks_v3.json"
ERASURE = "tsg_recipients_data_erasure_v3.json"

MAIL_SEND = "/components/requestBodies/PostMailSend/content/application~1json/schema"
SCHEMA = "requestBody/content/application~1json/schema"
BODIES = {
    "create template": (TEMPLATES, f"/paths/~1v3~1templates/post/{SCHEMA}"),
    "rename template": (TEMPLATES, f"/paths/~1v3~1templates~1{{template_id}}/patch/{SCHEMA}"),
    "duplicate template": (TEMPLATES, f"/paths/~1v3~1templates~1{{template_id}}/post/{SCHEMA}"),
    "create version": (TEMPLATES, "/components/schemas/TransactionalTemplateVersionCreate"),
    "create group": (SUPPRESSIONS, "/components/schemas/SuppressionGroupRequestBaseProps"),
    "change group": (SUPPRESSIONS, f"/paths/~1v3~1asm~1groups~1{{group_id}}/patch/{SCHEMA}"),
    "suppress": (
        SUPPRESSIONS,
        "/components/requestBodies/PostSuppressions/content/application~1json/schema",
    ),
    "delete suppressions": (SUPPRESSIONS, f"/paths/~1v3~1suppression~1bounces/delete/{SCHEMA}"),
    "stop batch": (SCHEDULED_SENDS, f"/paths/~1v3~1user~1scheduled_sends/post/{SCHEMA}"),
    "change stop": (
        SCHEDULED_SENDS,
        f"/paths/~1v3~1user~1scheduled_sends~1{{batch_id}}/patch/{SCHEMA}",
    ),
    "set up webhook": (WEBHOOKS, "/components/schemas/EventWebhookRequest"),
    "sign webhook": (
        WEBHOOKS,
        f"/paths/~1v3~1user~1webhooks~1event~1settings~1signed~1{{id}}/patch/{SCHEMA}",
    ),
    "search logs": (LOGS, "/components/schemas/EmailLogsGetMessagesByFilterRequest"),
    "erase": (ERASURE, "/components/schemas/RecipientsDataErasureEraseRecipientsRequest"),
}
"""The schema of each other operation's body: the file, and a JSON Pointer into it."""

# Stricter than RFC 5321: SendGrid accepts no display names, no address literals and no hosts
# without a dot.
EMAIL = jsonschema_rs.EmailOptions(
    require_tld=True, allow_domain_literal=False, allow_display_text=False
)

EMAIL_SCHEMA = jsonschema_rs.Draft202012Validator(
    {"type": "string", "format": "email", "maxLength": 320},
    validate_formats=True,
    email_options=EMAIL,
)
"""An address that SendGrid accepts."""

MAX_ERRORS = 100
"""Maximum errors in one answer; a request may have a thousand broken personalizations."""


@dataclass(frozen=True)
class Contract:
    """The compiled validator of mails; those of other bodies are compiled when first needed."""

    mail_send: Any

    @classmethod
    def load(cls) -> "Contract":
        """Read the vendored specification, apply the overlay and compile, once per process."""
        return cls(validator(MAIL, MAIL_SEND))

    def check(self, operation: str, body: Any) -> None:
        """Check the body of an operation of ``BODIES`` against its schema.

        Raises:
            RequestRejected: 400, with the field and jsonschema's message.
        """
        errors = [
            ApiError(
                violation.message, ".".join(str(part) for part in violation.instance_path) or None
            )
            for violation in validator(*BODIES[operation]).iter_errors(body)
        ]
        if errors:
            raise RequestRejected(400, errors[:MAX_ERRORS])

    def check_mail(self, request: Any, now: datetime, account: Account) -> None:
        """Check a mail/send body: first the schema and, if it is valid, the prose rules.

        Raises:
            RequestRejected: 400, with all errors found (at most ``MAX_ERRORS``).
        """
        errors = [
            error
            for violation in self.mail_send.iter_errors(request)
            for error in error_texts.describe(violation)
        ]
        if not errors:
            errors = list(mail_rules.violations(request, now, account))
        if errors:
            raise RequestRejected(400, errors[:MAX_ERRORS])


@cache
def _document(file_name: str) -> dict[str, Any]:
    return corrected(file_name)


@cache
def validator(file_name: str, pointer: str) -> Any:
    """Compile the schema at ``pointer`` (a JSON Pointer) of a corrected specification file."""
    schema = {"$ref": f"#{pointer.replace('{', '%7B').replace('}', '%7D')}", **_document(file_name)}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, email_options=EMAIL)
