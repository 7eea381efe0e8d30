"""Calling scheduled mail back: the cancels of batches at SendGrid.

SendGrid holds at most ten cancels at once, and promises none that comes less than ten minutes
before its mails' time. It discards what is cancelled when that time comes; a cancel that is
taken back before lets the mail go.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from retention.sendgrid.client import SendGridError, reading

if TYPE_CHECKING:
    from datetime import datetime

    from retention.sendgrid.client import SendGrid

MOST_CANCELS = 10
NOTICE = timedelta(minutes=10)  # a cancel that comes later is not certain
NOT_FOUND = 404


class ScheduledSends:
    """The account's cancels; every call raises a `SendGridError` that names itself."""

    def __init__(self, client: SendGrid) -> None:
        self._client = client
        self._sends = client.api.user.scheduled_sends

    def cancel(self, batch_id: str) -> None:
        """Ask for the cancel of a batch; only `is_cancelled` tells whether it holds.

        Raises:
            SendGridError: SendGrid refuses (it may hold the cancel already, or ten others), or
                nobody knows.
        """
        body = {"batch_id": batch_id, "status": "cancel"}
        post = partial(self._sends.post, request_body=body)
        self._client.call("POST scheduled_sends", post)

    def is_cancelled(self, batch_id: str) -> tuple[bool, datetime | None]:
        """Return whether SendGrid holds the cancel of a batch, and when it said so.

        The moment is of SendGrid's own clock, aware; None when it did not tell.

        Raises:
            SendGridError: nobody knows.
        """
        try:
            get = self._sends._(batch_id).get
            found, answered_at = self._client.call_dated("GET scheduled_sends", get)
        except SendGridError as error:
            if error.outcome.status == NOT_FOUND:
                return False, None
            raise
        with reading("GET scheduled_sends"):
            return {"batch_id": batch_id, "status": "cancel"} in (found or []), answered_at

    def forget(self, batch_id: str) -> None:
        """Take back the cancel of a batch whose time has passed, to free its slot.

        Raises:
            SendGridError: nobody knows whether it was taken back.
        """
        try:
            self._client.call("DELETE scheduled_sends", self._sends._(batch_id).delete)
        except SendGridError as error:
            if error.outcome.status != NOT_FOUND:
                raise
