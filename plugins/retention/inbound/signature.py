"""Verifies SendGrid's signature of its events, with the key as the official SDK reads it."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from sendgrid.helpers.eventwebhook import EventWebhook


def is_signed(public_key: str, body: bytes, signature: str, timestamp: str) -> bool:
    """Return whether the owner of the key signed exactly this body at this time.

    The raw bytes are verified. The SDK's own check takes text, and so rejects a signed body that is
    not UTF-8.

    Args:
        public_key: base64, as SendGrid shows it.
        body: the raw bytes as received.
        signature: header `X-Twilio-Email-Event-Webhook-Signature`.
        timestamp: header `X-Twilio-Email-Event-Webhook-Timestamp`.
    """
    try:
        key = EventWebhook().convert_public_key_to_ecdsa(public_key)
        signed = timestamp.encode() + body
        key.verify(base64.b64decode(signature), signed, ec.ECDSA(hashes.SHA256()))
    except Exception:  # noqa: BLE001 - unreadable input raises many kinds of errors
        return False
    return True
