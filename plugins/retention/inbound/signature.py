"""SendGrid's signature on its events, checked with the key as the official SDK reads it."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from sendgrid.helpers.eventwebhook import EventWebhook


def is_signed(public_key: str, body: bytes, signature: str, timestamp: str) -> bool:
    """Return whether the owner of the key signed exactly this body at this time.

    The bytes are checked as they came: the SDK's own check takes text, and so calls a body forged
    that is signed but not UTF-8.

    Args:
        public_key: base64, as SendGrid shows it.
        body: the raw bytes as they came.
        signature: header `X-Twilio-Email-Event-Webhook-Signature`.
        timestamp: header `X-Twilio-Email-Event-Webhook-Timestamp`.
    """
    try:
        key = EventWebhook(public_key).public_key
        signed = timestamp.encode() + body
        key.verify(base64.b64decode(signature), signed, ec.ECDSA(hashes.SHA256()))
    except Exception:  # noqa: BLE001 - all kinds of things are raised at what cannot be read
        return False
    return True
