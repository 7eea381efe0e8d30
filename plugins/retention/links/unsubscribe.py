"""Unsubscribe links: a signed message id and purpose, without personal data.

A link never expires, because people unsubscribe from old mails too. Anybody who has a link can
unsubscribe the mail's recipient from one purpose, and nothing else, so a forwarded mail does little
harm, and links cannot be guessed. Subscribing again needs another token, which is in no mail: the
page gives it to the person who has just unsubscribed. It expires after an hour, or when the
recipient unsubscribes again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from retention.links.sealing import ForgedLinkError, seal, unseal

PATH = "unsubscribe"
SIGNED_FOR = b"paluu unsubscribe 1\0"  # kind of link; no other kind can unsubscribe
SIGNED_FOR_RETURN = b"paluu subscribe again 2\0"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)  # the ledger's precision
RETURN_WITHIN = timedelta(hours=1)
ID_BYTES = 16
TIME_BYTES = 8


@dataclass(frozen=True)
class Unsubscription:
    """The request of a link: no more mail for `purpose` to the recipient of the message."""

    message_id: UUID
    purpose: str


def link(base_url: str, key: str, message_id: UUID, purpose: str) -> str:
    """Return the link with which the recipient of a message unsubscribes from a purpose."""
    token = unsubscribe_token(key, Unsubscription(message_id, purpose))
    return f"{base_url.rstrip('/')}/{PATH}/{token}"


def unsubscribe_token(key: str, request: Unsubscription) -> str:
    """Return the last part of the link for a request."""
    return seal(key, SIGNED_FOR, _pack(request))


def read_token(key: str, token: str) -> Unsubscription:
    """Return the request in the last part of a link.

    Raises:
        ForgedLinkError: `link` did not make the token with this key.
    """
    return _unpack(unseal(key, SIGNED_FOR, token))


def return_token(key: str, request: Unsubscription, now: datetime) -> str:
    """Return the token that reverts an unsubscribe made at `now`."""
    issued = ((now - EPOCH) // MICROSECOND).to_bytes(TIME_BYTES, "big")
    return seal(key, SIGNED_FOR_RETURN, issued + _pack(request))


def read_return_token(key: str, token: str, now: datetime) -> tuple[Unsubscription, datetime]:
    """Return the unsubscribe that a token reverts, and its time.

    Raises:
        ForgedLinkError: `return_token` did not make the token with this key within the last hour.
    """
    payload = unseal(key, SIGNED_FOR_RETURN, token)
    unsubscribed_at = EPOCH + int.from_bytes(payload[:TIME_BYTES], "big") * MICROSECOND
    if now - unsubscribed_at > RETURN_WITHIN:
        message = "the link to subscribe again has expired after an hour"
        raise ForgedLinkError(message)
    return _unpack(payload[TIME_BYTES:]), unsubscribed_at


def _pack(request: Unsubscription) -> bytes:
    return request.message_id.bytes + request.purpose.encode()


def _unpack(payload: bytes) -> Unsubscription:
    if len(payload) <= ID_BYTES:
        message = "the link names no purpose"
        raise ForgedLinkError(message)
    return Unsubscription(UUID(bytes=payload[:ID_BYTES]), payload[ID_BYTES:].decode())
