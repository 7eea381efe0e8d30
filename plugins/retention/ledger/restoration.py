"""What a database has forgotten that a worker was told it would keep: written down once more.

`planned, claimed -> submitting`, by the worker that holds SendGrid's answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from retention.ledger.statements import execute

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

    from retention.ledger.claims import Claim, Envelope


def restore_claim(connection: psycopg.Connection, claim: Claim, now: datetime) -> int | None:
    """Write once more that a claim was submitted, if the database does not know it any more.

    So it is after a fail-over to a standby that had not all of it, or when a backup was restored.
    Without it the messages would be planned, and go out a second time.

    Returns:
        How many of the messages are with the claim again; None when nothing was lost.
    """
    envelope = cast("Envelope", claim.envelope)  # it was submitted in one
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
