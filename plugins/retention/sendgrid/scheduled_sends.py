"""Cancels of scheduled batches at SendGrid.

SendGrid holds at most ten cancels at once, and guarantees none that is requested less than ten
minutes before the mails' release time. It discards cancelled mails at that time; if the cancel is
taken back before, they are released.
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
NOTICE = timedelta(minutes=10)  # a later cancel is not guaranteed
NOT_FOUND = 404


class ScheduledSends:
    """The account's cancels."""

    def __init__(self, client: SendGrid) -> None:
        self._client = client
        self._sends = client.api.user.scheduled_sends

    def cancel(self, batch_id: str) -> None:
        """Ask SendGrid to cancel a batch; only `is_cancelled` confirms the cancel.

        Raises:
            SendGridError: SendGrid refuses (it may already hold this cancel, or ten others), or
                the outcome is unknown.
        """
        body = {"batch_id": batch_id, "status": "cancel"}
        post = partial(self._sends.post, request_body=body)
        self._client.call("POST scheduled_sends", post)

    def is_cancelled(self, batch_id: str) -> tuple[bool, datetime | None]:
        """Return whether SendGrid holds the cancel of a batch, and the time of its response.

        The time is by SendGrid's clock, aware; None when the response has no date.
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
        """Take back the cancel of a batch whose release time has passed, to free its slot."""
        try:
            self._client.call("DELETE scheduled_sends", self._sends._(batch_id).delete)
        except SendGridError as error:
            if error.outcome.status != NOT_FOUND:
                raise
