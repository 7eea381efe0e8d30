"""The account of the API key: its groups, batches, templates and scopes."""

import sqlite3
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.api.endpoint import Call, endpoint
from sandbox.database import Database
from sandbox.state import Sandbox

SCOPES = (
    "asm.groups.create", "asm.groups.delete", "asm.groups.read", "asm.groups.update",
    "asm.groups.suppressions.create", "asm.groups.suppressions.delete",
    "asm.groups.suppressions.read",
    "asm.suppressions.global.create", "asm.suppressions.global.delete",
    "asm.suppressions.global.read",
    "mail.batch.create", "mail.batch.read", "mail.send", "messages.read",
    "recipients.erasejob.create",
    "suppression.blocks.delete", "suppression.blocks.read",
    "suppression.bounces.delete", "suppression.bounces.read",
    "suppression.invalid_emails.delete", "suppression.invalid_emails.read",
    "suppression.spam_reports.delete", "suppression.spam_reports.read",
    "suppression.unsubscribes.read",
    "templates.create", "templates.delete", "templates.read", "templates.update",
    "templates.versions.activate.create", "templates.versions.create",
    "templates.versions.delete", "templates.versions.read", "templates.versions.update",
    "user.scheduled_sends.create", "user.scheduled_sends.delete",
    "user.scheduled_sends.read", "user.scheduled_sends.update",
    "user.webhooks.event.settings.create", "user.webhooks.event.settings.delete",
    "user.webhooks.event.settings.read", "user.webhooks.event.settings.update",
)  # fmt: skip

ACTIVE_CONTENT = "select content_id from versions where template_id = ? and active = 1"


class StoredAccount:
    """The account's objects, read from the database."""

    def __init__(self, database: Database) -> None:
        """Read from ``database``."""
        self._database = database

    def has_group(self, group_id: int) -> bool:
        """Whether the unsubscribe group exists."""
        return self._exists("select 1 from unsubscribe_groups where group_id = ?", group_id)

    def has_batch(self, batch_id: str) -> bool:
        """Whether the batch id was created by POST /v3/mail/batch."""
        return self._exists("select 1 from batches where batch_id = ?", batch_id)

    def has_template(self, template_id: str) -> bool:
        """Whether the template exists."""
        return self._exists("select 1 from templates where template_id = ?", template_id)

    def has_active_version(self, template_id: str) -> bool:
        """Whether the template has an active version."""
        return self.active_content_id(template_id) is not None

    def active_content_id(self, template_id: str | None) -> str | None:
        """Return the content of the template's active version, or None."""
        return self._database.value(ACTIVE_CONTENT, (template_id,))

    @staticmethod
    def content_id(connection: sqlite3.Connection, template_id: str | None) -> str | None:
        """Return the same, within a transaction."""
        row = connection.execute(ACTIVE_CONTENT, (template_id,)).fetchone()
        return row[0] if row else None

    def _exists(self, sql: str, key: Any) -> bool:
        return self._database.value(sql, (key,)) is not None


def list_scopes(_sandbox: Sandbox, _call: Call) -> Response:
    """List the key's scopes: everything the sandbox offers."""
    return JSONResponse({"scopes": SCOPES})


routes = [
    Route("/v3/scopes", endpoint(list_scopes), methods=["GET"]),
]
