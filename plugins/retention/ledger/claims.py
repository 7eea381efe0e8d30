"""Claiming: a worker takes due messages, as many as the sender's budget leaves.

`planned -> claimed`, one request's worth at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from psycopg.rows import args_row

from retention.database import only_row
from retention.ledger.statements import execute

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    import psycopg

BUDGET_SPAN = timedelta(hours=1)


class ClaimLostError(RuntimeError):
    """The claim is no longer this worker's: its lease ran out, or a message was withdrawn."""


class ClaimedMessage(NamedTuple):
    """One message in a worker's hands, in the order of the columns that a claim returns.

    Attributes:
        context: JSON, as it goes into the request.
        attempt: counts its submissions, this one included.
        time_zone: IANA name of the zone by whose clock the customer lives; None is the shop's.
        gift_card_id: the card whose code the mail carries, as the context has it; None for nearly
            all.
    """

    message_id: UUID
    request_id: UUID
    campaign: str
    locale: str
    kind: str
    purpose: str
    email: str
    context: str
    send_at: datetime
    not_after: datetime
    attempt: int
    time_zone: str | None = None
    gift_card_id: str | None = None

    @property
    def card_id(self) -> UUID | None:
        """Return the card whose code the mail carries; ValueError when what names it is no id."""
        return UUID(self.gift_card_id) if self.gift_card_id is not None else None


@dataclass(frozen=True)
class Envelope:
    """What all messages of one request share at SendGrid.

    Attributes:
        sender: the shop's address that the mails come from.
        batch_id: a batch of this request's own; by it a scheduled request can be cancelled.
        template_id: the dynamic template.
        unsubscribe_group_id: the group that an unsubscribe lands in; None for transactional mail.
        first_release_at: when SendGrid releases the first of the mails (aware); None when one of
            them leaves at once, so that the request cannot be cancelled.
        last_release_at: when it releases the last of them (aware).
        late: the marketing that comes on a later day than meant, and when it is released (aware).
    """

    sender: str
    batch_id: str
    template_id: str
    unsubscribe_group_id: int | None
    first_release_at: datetime | None = None
    last_release_at: datetime | None = None
    late: Mapping[UUID, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Claim:
    """Messages for one request: of one campaign, language and purpose, no address twice.

    Attributes:
        envelope: what they were submitted in; None before.
    """

    request_id: UUID
    campaign: str
    locale: str
    kind: str
    purpose: str
    messages: tuple[ClaimedMessage, ...]
    envelope: Envelope | None = None

    @property
    def card_ids(self) -> list[UUID]:
        """Return the gift cards whose codes the messages carry; mostly none.

        Raises:
            ValueError: a context names as a card what is no id.
        """
        named = (message.card_id for message in self.messages)
        return [card_id for card_id in named if card_id is not None]

    def without(self, message_ids: Collection[UUID]) -> Claim:
        """Return the claim less some of its messages."""
        if not message_ids:
            return self
        left = (each for each in self.messages if each.message_id not in message_ids)
        return replace(self, messages=tuple(left))


@dataclass(frozen=True)
class Wanted:
    """What a worker is ready to take.

    Attributes:
        due_until: what is to reach customers until then, aware.
        most: at most so many messages.
        sender: the shop's address that the mails come from.
        hourly_budget: at most so many messages of this sender in an hour; None is no bound.
        stopped_campaigns: campaigns to leave alone.
        cancel_lead: how far ahead mails are scheduled so that they can be called back; what is
            worthless sooner is claimed apart.
    """

    due_until: datetime
    most: int
    sender: str
    hourly_budget: int | None = None
    stopped_campaigns: Sequence[str] = ()
    cancel_lead: timedelta = timedelta(0)


def claim_messages(connection: psycopg.Connection, wanted: Wanted, now: datetime) -> Claim | None:
    """Claim due messages for one request; None when nothing is due that nobody else has.

    Args:
        connection: an open connection.
        wanted: what to take; a spent budget is as if nothing were due.
        now: the present moment, aware; what has expired by then is not claimed.
    """
    if wanted.hourly_budget is None:
        return _claim(connection, wanted, now)
    with connection.transaction():
        # One claim of the sender at a time, or two workers would spend the same rest.
        execute(connection, "lock_sender", sender=wanted.sender)
        since = now - BUDGET_SPAN
        spent = execute(connection, "count_handed_over", sender=wanted.sender, since=since)
        left = min(wanted.most, wanted.hourly_budget - only_row(spent).message_count)
        return _claim(connection, replace(wanted, most=left), now) if left > 0 else None


def divide_claim(connection: psycopg.Connection, claim: Claim, now: datetime) -> list[Claim]:
    """Put each half of a claim, proved not taken, into a request of its own.

    Raises:
        ClaimLostError: not all of the messages are this worker's any more.
    """
    middle = len(claim.messages) // 2
    halves = (claim.messages[:middle], claim.messages[middle:])
    return [_move(connection, claim, half, now) for half in halves if half]


def _move(
    connection: psycopg.Connection,
    claim: Claim,
    messages: tuple[ClaimedMessage, ...],
    now: datetime,
) -> Claim:
    moved = execute(
        connection,
        "move_messages",
        request_id=claim.request_id,
        message_ids=[message.message_id for message in messages],
        now=now,
    ).fetchall()
    if len(moved) != len(messages):
        message = f"request {claim.request_id}: {len(moved)} of {len(messages)} left"
        raise ClaimLostError(message)
    request_id = moved[0].request_id
    return _gather(
        [each._replace(request_id=request_id, attempt=each.attempt + 1) for each in messages]
    )


def _claim(connection: psycopg.Connection, wanted: Wanted, now: datetime) -> Claim | None:
    messages = execute(
        connection,
        "claim_messages",
        rows=args_row(ClaimedMessage),
        now=now,
        due_until=wanted.due_until,
        most=wanted.most,
        sender=wanted.sender,
        stopped_campaigns=list(wanted.stopped_campaigns),
        cancel_lead_ends_at=now + wanted.cancel_lead,
    ).fetchall()
    if not messages:
        return None
    messages.sort(key=lambda message: (message.send_at, message.message_id.int))
    return _gather(messages)


def _gather(messages: Sequence[ClaimedMessage]) -> Claim:
    first = messages[0]
    return Claim(
        first.request_id,
        first.campaign,
        first.locale,
        first.kind,
        first.purpose,
        tuple(messages),
    )
