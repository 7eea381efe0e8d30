"""Claiming: a worker takes due messages, up to the sender's remaining budget.

`planned -> claimed`, for one request at a time.
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
    """The claim no longer belongs to this worker: its lease ended, or a message was withdrawn."""


class ClaimedMessage(NamedTuple):
    """One claimed message, with its fields in the order of the statement's columns.

    Attributes:
        context: JSON, as it goes into the request.
        attempt: the number of its submissions, including this one.
        time_zone: IANA name of the customer's time zone; None means the shop's.
        gift_card_id: the card whose code is in the mail, as text from the context; usually None.
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
        """The id of the card whose code is in the mail.

        Raises:
            ValueError: the context has an invalid id.
        """
        return UUID(self.gift_card_id) if self.gift_card_id is not None else None


@dataclass(frozen=True)
class Envelope:
    """What all messages of one request share at SendGrid.

    Attributes:
        sender: the shop's address that sends the mails.
        batch_id: this request's own batch, by which it can be cancelled if it is scheduled.
        template_id: the dynamic template.
        unsubscribe_group_id: the group for unsubscribes; None for transactional mail.
        first_release_at: when SendGrid releases the first of the mails (aware); None when one of
            them leaves at once, so that the request cannot be cancelled.
        last_release_at: when SendGrid releases the last of the mails (aware).
        late: the release times (aware) of marketing that arrives on a later day than planned.
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
        envelope: set when they are submitted; None before.
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
        """The ids of the gift cards whose codes are in the mails; usually none.

        Raises:
            ValueError: a context has an invalid id.
        """
        named = (message.card_id for message in self.messages)
        return [card_id for card_id in named if card_id is not None]

    def without(self, message_ids: Collection[UUID]) -> Claim:
        """Return the claim without some of its messages."""
        if not message_ids:
            return self
        left = (each for each in self.messages if each.message_id not in message_ids)
        return replace(self, messages=tuple(left))


@dataclass(frozen=True)
class Wanted:
    """The messages that a worker can take.

    Attributes:
        due_until: claim messages that are to arrive before this time, aware.
        most: the most messages to claim.
        sender: the shop's address that sends the mails.
        hourly_budget: the most messages of this sender per hour; None means no limit.
        stopped_campaigns: campaigns to skip.
        cancel_lead: how far ahead mails are scheduled so that they can be cancelled; messages that
            become worthless sooner are claimed separately.
    """

    due_until: datetime
    most: int
    sender: str
    hourly_budget: int | None = None
    stopped_campaigns: Sequence[str] = ()
    cancel_lead: timedelta = timedelta(0)


def claim_messages(connection: psycopg.Connection, wanted: Wanted, now: datetime) -> Claim | None:
    """Claim due messages for one request.

    Returns:
        The claim. None if no message is due that no other worker has, or if the budget is spent.
        Messages that have expired at `now` are not due.
    """
    if wanted.hourly_budget is None:
        return _claim(connection, wanted, now)
    with connection.transaction():
        # One claim per sender at a time, or two workers would spend the same remaining budget.
        execute(connection, "lock_sender", sender=wanted.sender)
        since = now - BUDGET_SPAN
        spent = execute(connection, "count_handed_over", sender=wanted.sender, since=since)
        left = min(wanted.most, wanted.hourly_budget - only_row(spent).message_count)
        return _claim(connection, replace(wanted, most=left), now) if left > 0 else None


def divide_claim(connection: psycopg.Connection, claim: Claim, now: datetime) -> list[Claim]:
    """Put each half of a claim that SendGrid did not take into a request of its own.

    Raises:
        ClaimLostError: some of the messages no longer belong to this worker.
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
