"""The tasks of `sync_sendgrid`: exchange the event webhook's settings and suppressions."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from retention.database import connect
from retention.inbound import suppressions, webhook_settings
from retention.links.settings import URL_VARIABLE, read_public_settings
from retention.sendgrid.account import Account
from retention.sendgrid.client import SendGrid
from retention.sendgrid.suppression_lists import SuppressionLists

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger(__name__)


class RemovalsWithheldError(RuntimeError):
    """SendGrid's lists shrank implausibly; a person must check them."""


def ensure_webhook(now: datetime) -> None:
    """Make sure that SendGrid posts its events to us, and that we know its public key.

    Raises:
        PublicSettingsError: `PALUU_PUBLIC_URL` or `PALUU_UNSUBSCRIBE_KEY` is invalid.
        SendGridError: SendGrid cannot be reached or refuses.
    """
    public = read_public_settings()
    if public is None:
        log.warning("%s is not set: SendGrid has no URL to post events to", URL_VARIABLE)
        return
    with connect() as connection, SendGrid.from_environment() as client:
        webhook_settings.ensure_webhook(connection, Account(client), public.url, now)


def exchange_suppressions(now: datetime) -> dict[str, int]:
    """Pull SendGrid's suppressions, and push the unsubscribes of our own page.

    Returns:
        The number of addresses listed, removed and pushed.

    Raises:
        SendGridError: SendGrid cannot be reached or refuses.
        ListUnsteadyError: a list changed too fast to be read; a later run may succeed.
        RemovalsWithheldError: a list lost most of its entries; everything else was exchanged.
    """
    with connect() as connection, SendGrid.from_environment() as client:
        groups = set(Account(client).list_unsubscribe_groups().values())
        counts = suppressions.synchronise(connection, SuppressionLists(client), groups, now)
    log.info("suppressions: %s", counts)
    if counts.withheld:
        message = (
            f"{'; '.join(counts.withheld)}: is this another account? No suppression was removed; "
            "if the list is right, set removed_at of these rows of ledger.suppressions by hand"
        )
        raise RemovalsWithheldError(message)
    return {"listed": counts.listed, "removed": counts.removed, "pushed": counts.pushed}
