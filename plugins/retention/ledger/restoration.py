"""Restores a submission that was committed, but that the database has lost.

`planned, claimed -> submitting`, by the worker that has SendGrid's response.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from retention.ledger.statements import execute

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

    from retention.ledger.claims import Claim, Envelope


def restore_claim(connection: psycopg.Connection, claim: Claim, now: datetime) -> int | None:
    """Record again that a claim was submitted, if the database has lost it.

    This happens after a failover to a standby that lagged behind, or when a backup was restored.
    Otherwise the messages would be planned, and go out a second time.

    Returns:
        How many of the messages belong to the claim again; None when nothing was lost.
    """
    envelope = cast("Envelope", claim.envelope)  # a submitted claim has one
    with connection.transaction():
        restored = execute(
            connection,
            "restore_request",
            request_id=claim.request_id,
            campaign=claim.campaign,
            locale=claim.locale,
            kind=claim.kind,
            purpose=claim.purpose,
            sender=envelope.sender,
            message_count=len(claim.messages),
            batch_id=envelope.batch_id,
            template_id=envelope.template_id,
            unsubscribe_group_id=envelope.unsubscribe_group_id,
            first_release_at=envelope.first_release_at,
            last_release_at=envelope.last_release_at,
            now=now,
        )
        if not restored.rowcount:
            return None
        moved = execute(
            connection,
            "restore_messages",
            request_id=claim.request_id,
            message_ids=[message.message_id for message in claim.messages],
            now=now,
        )
        return moved.rowcount
