"""SendGrid's signature on its events, checked by the official SDK."""

from __future__ import annotations

from sendgrid.helpers.eventwebhook import EventWebhook


def is_signed(public_key: str, body: bytes, signature: str, timestamp: str) -> bool:
    """Return whether the owner of the key signed exactly this body at this time.

    Args:
        public_key: base64, as SendGrid shows it.
        body: the raw bytes as they came.
        signature: header `X-Twilio-Email-Event-Webhook-Signature`.
        timestamp: header `X-Twilio-Email-Event-Webhook-Timestamp`.
    """
    try:
        return EventWebhook(public_key).verify_signature(body.decode(), signature, timestamp)
    except Exception:  # noqa: BLE001 - the SDK raises all kinds of things at what it cannot read
        return False
