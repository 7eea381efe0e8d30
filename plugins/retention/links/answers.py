"""The links by which people answer a mail's question: a message, signed; no personal data.

A mail carries the first part of them once, as `{{answers}}`, and each link adds a question and an
answer. So a link never expires, and whoever holds the mail can answer what it asks, for its
recipient and nobody else.
"""

from __future__ import annotations

from uuid import UUID

from retention.links.sealing import ForgedLinkError, seal, unseal

PATH = "answers"
SIGNED_FOR = b"paluu answers 1\0"  # the key signs other links too
ID_BYTES = 16


def answers_url(base_url: str, key: str, message_id: UUID) -> str:
    """Return what the links of a message's answers begin with.

    Args:
        base_url: where the public pages are reached, such as
            `https://shop.example/retention/public`.
        key: the secret that signs links; whoever changes it breaks the links of all sent mail.
        message_id: our message.
    """
    return f"{base_url.rstrip('/')}/{PATH}/{answers_token(key, message_id)}"


def answers_token(key: str, message_id: UUID) -> str:
    """Return the token by which the recipient of a message answers."""
    return seal(key, SIGNED_FOR, message_id.bytes)


def read_answers_token(key: str, token: str) -> UUID:
    """Return the message whose recipient answers by a token.

    Raises:
        ForgedLinkError: `answers_token` did not make it with this key.
    """
    payload = unseal(key, SIGNED_FOR, token)
    if len(payload) != ID_BYTES:
        message = "the link names no message"
        raise ForgedLinkError(message)
    return UUID(bytes=payload)
