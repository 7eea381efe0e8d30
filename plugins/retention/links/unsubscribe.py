"""The links by which people unsubscribe: a message and a purpose, signed; no personal data.

A link never expires: a person may find an old mail and has had enough. Whoever holds it can
unsubscribe the mail's recipient from one purpose and nothing else, so a forwarded mail does
little harm, and a guessed one none. The way back is another token, which no mail carries: the
page gives it to whoever has just unsubscribed, and it ends after an hour, or when the recipient
says no once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from retention.links.sealing import ForgedLinkError, seal, unseal

PATH = "unsubscribe"
SIGNED_FOR = b"paluu unsubscribe 1\0"  # nothing else that the key signs unsubscribes
SIGNED_FOR_RETURN = b"paluu subscribe again 2\0"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)  # as exactly as the ledger keeps moments
RETURN_WITHIN = timedelta(hours=1)
ID_BYTES = 16
TIME_BYTES = 8


@dataclass(frozen=True)
class Unsubscription:
    """What a link asks for: no more mail for `purpose` to the recipient of the message."""

    message_id: UUID
    purpose: str


def link(base_url: str, key: str, message_id: UUID, purpose: str) -> str:
    """Return the link by which the recipient of a message unsubscribes from a purpose.

    Args:
        base_url: where the public pages are reached, such as
            `https://shop.example/retention/public`.
        key: the secret that signs links; whoever changes it breaks the links of all sent mail.
        message_id: our message.
        purpose: the consent purpose.
    """
    token = unsubscribe_token(key, Unsubscription(message_id, purpose))
    return f"{base_url.rstrip('/')}/{PATH}/{token}"


def unsubscribe_token(key: str, asked: Unsubscription) -> str:
    """Return the last part of the link that asks for this."""
    return seal(key, SIGNED_FOR, _pack(asked))


def read_token(key: str, token: str) -> Unsubscription:
    """Return what the last part of a link asks for.

    Raises:
        ForgedLinkError: `link` did not make it with this key.
    """
    return _unpack(unseal(key, SIGNED_FOR, token))


def return_token(key: str, asked: Unsubscription, now: datetime) -> str:
    """Return the token that takes an unsubscribe of just `now` (aware) back."""
    issued = ((now - EPOCH) // MICROSECOND).to_bytes(TIME_BYTES, "big")
    return seal(key, SIGNED_FOR_RETURN, issued + _pack(asked))


def read_return_token(key: str, token: str, now: datetime) -> tuple[Unsubscription, datetime]:
    """Return which unsubscribe a token takes back, and when that was said (aware).

    Args:
        key: the secret that signs links.
        token: what `return_token` made at most an hour before.
        now: the present moment, aware.

    Raises:
        ForgedLinkError: `return_token` did not make it with this key, or too long ago.
    """
    payload = unseal(key, SIGNED_FOR_RETURN, token)
    said_at = EPOCH + int.from_bytes(payload[:TIME_BYTES], "big") * MICROSECOND
    if now - said_at > RETURN_WITHIN:
        message = "the way back was open for an hour, and is closed"
        raise ForgedLinkError(message)
    return _unpack(payload[TIME_BYTES:]), said_at


def _pack(asked: Unsubscription) -> bytes:
    return asked.message_id.bytes + asked.purpose.encode()


def _unpack(payload: bytes) -> Unsubscription:
    if len(payload) <= ID_BYTES:
        message = "the link names no purpose"
        raise ForgedLinkError(message)
    return Unsubscription(UUID(bytes=payload[:ID_BYTES]), payload[ID_BYTES:].decode())
