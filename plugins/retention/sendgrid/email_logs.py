"""SendGrid's own log of mails, which can prove that a request was accepted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, cast

from retention.sendgrid.client import reading

if TYPE_CHECKING:
    from uuid import UUID

    from retention.sendgrid.client import SendGrid

MOST_FOUND = 10  # mails to one address since the request; each takes a call
CLOCKS_DIFFER = timedelta(hours=1)


class EmailLogs:
    """Searches the account's log."""

    def __init__(self, client: SendGrid) -> None:
        self._client = client

    def find_acceptance(self, email: str, request_id: UUID, since: datetime) -> str | None:
        """Return SendGrid's id of a request if its log has a mail of it; None proves nothing.

        Args:
            email: the address of one of the request's messages.
            request_id: our request, as in the mail's `custom_args`.
            since: when it was submitted, aware.

        Raises:
            SendGridError: the log cannot be read.
        """
        if "'" in email:  # the log's query language documents no way to escape it
            return None
        earliest = (since - CLOCKS_DIFFER).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        query = f"to_email = '{email}' AND sg_message_id_created_at >= TIMESTAMP \"{earliest}\""
        body = {"query": query, "limit": MOST_FOUND}
        post = partial(self._client.api.logs.post, request_body=body)
        with reading("logs"):
            for mail in self._client.call("POST logs", post)["messages"]:
                if self._request_of(mail["sg_message_id"]) == str(request_id):
                    return str(mail["sg_message_id"].split(".")[0])
        return None

    def _request_of(self, sg_message_id: str) -> str | None:
        get = self._client.api.logs._(sg_message_id).get
        found = self._client.call("GET logs", get)
        return cast("str | None", found.get("custom_args", {}).get("paluu_request_id"))
