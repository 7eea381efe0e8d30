"""Links for answering a mail's question: a signed message id, without personal data.

A mail contains the common first part once, as `{{answers}}`; each link adds a question and an
answer. A link never expires. Anybody who has the mail can answer its questions on behalf of its
recipient, and of nobody else.
"""

from __future__ import annotations

from uuid import UUID

from retention.links.sealing import ForgedLinkError, seal, unseal

PATH = "answers"
SIGNED_FOR = b"paluu answers 1\0"  # kind of link; the key signs other kinds too
ID_BYTES = 16


def answers_url(base_url: str, key: str, message_id: UUID) -> str:
    """Return the common first part of the links of a message's answers."""
    return f"{base_url.rstrip('/')}/{PATH}/{answers_token(key, message_id)}"


def answers_token(key: str, message_id: UUID) -> str:
    """Return the token with which the recipient of a message answers."""
    return seal(key, SIGNED_FOR, message_id.bytes)


def read_answers_token(key: str, token: str) -> UUID:
    """Return the message whose recipient answers with a token.

    Raises:
        ForgedLinkError: `answers_token` did not make the token with this key.
    """
    payload = unseal(key, SIGNED_FOR, token)
    if len(payload) != ID_BYTES:
        message = "the link names no message"
        raise ForgedLinkError(message)
    return UUID(bytes=payload)
