"""The policy of delivery: who sends, how much, and how patiently."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from retention.ledger.pre_send_check import PreSendCheck

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retention.delivery.schedule import QuietHours
    from retention.links.settings import PublicSettings


@dataclass(frozen=True)
class Sender:
    """Who the mails come from: the shop's verified address, and its name."""

    email: str
    name: str


@dataclass(frozen=True)
class DeliverySettings:
    """What a run may do; the defaults are the policy.

    Attributes:
        sender: who the mails come from.
        limit: submit at most so many messages in a run, so that a run comes to an end.
        concurrency: requests of one worker under way at once; four keep two cores busy.
        hourly_budget: hand over at most so many messages of the sender in an hour, by all workers
            and runs together, while its addresses warm up; None is no bound.
        cancel_lead: marketing mail is scheduled at least so far ahead, however late it is, so that
            an unknown request can be cancelled: a lease, until the next run notices, and once
            more that long before SendGrid's cancels cease to be certain.
        quiet_hours: when late marketing waits for the morning; None is never.
        lease: how long another worker's request may be silent before it is given up; far longer
            than any call may take, or a slow worker's messages would be called unknown.
        patience: how long a run may wait in all for connections and rate limits; short, since
            the next run is minutes away.
        most_unknown_in_a_row: after so many the run ends, lest an outage at SendGrid should turn
            the whole outbox unknown.
        pre_send_check: what may be a reason not to write, just before a mail leaves.
        public: where people reach us to unsubscribe and to answer in one click; None when nobody
            can.
        asking_campaigns: campaigns whose mails ask questions and need links for the answers.
        stopped_campaigns: campaigns to leave alone from the outset, each with the reason.
    """

    sender: Sender
    limit: int = 100_000
    concurrency: int = 4
    hourly_budget: int | None = None
    cancel_lead: timedelta = timedelta(minutes=45)
    quiet_hours: QuietHours | None = None
    lease: timedelta = timedelta(minutes=5)
    patience: timedelta = timedelta(minutes=1)
    most_unknown_in_a_row: int = 2
    pre_send_check: PreSendCheck = field(default_factory=PreSendCheck)
    public: PublicSettings | None = None
    asking_campaigns: frozenset[str] = frozenset()
    stopped_campaigns: Mapping[str, str] = field(default_factory=dict)
