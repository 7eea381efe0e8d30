"""Records SendGrid's acceptance of messages, in the transaction that closes their request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention.database import only_row
from retention.ledger.statements import execute

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    import psycopg


def accept_messages(connection: psycopg.Connection, request_id: UUID, now: datetime) -> int:
    """Record that SendGrid has a request's messages, and delete the gift card codes in them.

    Call it inside the transaction that closes the request.

    Returns:
        How many messages were accepted.
    """
    accepted = only_row(execute(connection, "accept_messages", request_id=request_id, now=now))
    if accepted.card_ids:
        execute(connection, "deliver_gift_cards", card_ids=accepted.card_ids, now=now)
    return int(accepted.message_count)
