"""Sets up the event webhook at SendGrid, and fetches the key that verifies its posts."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from retention.ledger.webhook import remember_webhook_key

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

    from retention.sendgrid.account import Account, RemoteWebhook

log = logging.getLogger(__name__)

NAME = "Paluu"  # identifies our webhook among those of the account
EVENTS = (
    "bounce",
    "click",
    "deferred",
    "delivered",
    "dropped",
    "group_resubscribe",
    "group_unsubscribe",
    "open",
    "processed",
    "spam_report",
    "unsubscribe",
)


def ensure_webhook(
    connection: psycopg.Connection, account: Account, public_url: str, now: datetime
) -> None:
    """Make sure that SendGrid reports all events to us, signed, and that we know the key.

    Args:
        connection: an open connection.
        account: the account at SendGrid.
        public_url: the public URL of `retention_ui.public`; if it has changed, the webhook is
            moved there.
        now: the current time.

    Raises:
        SendGridError: SendGrid cannot be reached or refuses, for instance an additional webhook.
    """
    wanted = {
        "enabled": True,
        "url": f"{public_url}/events",
        "friendly_name": NAME,
        **dict.fromkeys(EVENTS, True),
    }
    webhook = _find(account.list_webhooks(), wanted)
    webhook_id = webhook.webhook_id if webhook else account.create_webhook(wanted)
    if webhook and not wanted.items() <= webhook.settings.items():
        account.update_webhook(webhook_id, wanted)
        log.info("the event webhook %s was updated", webhook_id)
    key = webhook.public_key if webhook else None
    remember_webhook_key(connection, key or account.sign_webhook(webhook_id), now)


def _find(webhooks: list[RemoteWebhook], wanted: dict[str, Any]) -> RemoteWebhook | None:
    """Return the webhook with our URL, which SendGrid allows once, or else the one of our name."""
    for key in ("url", "friendly_name"):
        for webhook in webhooks:
            if webhook.settings.get(key) == wanted[key]:
                return webhook
    return None
