"""Signed tokens for links: the content of a link cannot be changed, and only we can make one.

A token is valid for one kind of link only, because the signature covers the name of the kind.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

SIGNATURE_BYTES = 32
MOST_CHARACTERS = 400


class ForgedLinkError(ValueError):
    """The token was not made with this key, or is incomplete."""


def seal(key: str, signed_for: bytes, payload: bytes) -> str:
    """Return a token that carries the payload, readable and signed.

    Args:
        key: the secret that signs links.
        signed_for: the kind of link, terminated by a zero byte.
        payload: the content of the link.
    """
    return _encode(_sign(key, signed_for, payload) + payload)


def unseal(key: str, signed_for: bytes, token: str) -> bytes:
    """Return the payload of a token.

    Raises:
        ForgedLinkError: `seal` did not make the token with this key for this kind of link.
    """
    signed = _decode(token)
    signature, payload = signed[:SIGNATURE_BYTES], signed[SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _sign(key, signed_for, payload)):
        message = "the link's signature is wrong"
        raise ForgedLinkError(message)
    return payload


def _sign(key: str, signed_for: bytes, payload: bytes) -> bytes:
    return hmac.digest(key.encode(), signed_for + payload, "sha256")


def _encode(signed: bytes) -> str:
    return urlsafe_b64encode(signed).rstrip(b"=").decode()


def _decode(token: str) -> bytes:
    if len(token) > MOST_CHARACTERS or not token.isascii():
        message = "the link is too long or has invalid characters"
        raise ForgedLinkError(message)
    try:
        signed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except binascii.Error:
        signed = b""
    # The decoder skips unknown characters, so accept only what the encoder would write.
    if _encode(signed) != token:
        message = "the link is cut short or mistyped"
        raise ForgedLinkError(message)
    return signed
