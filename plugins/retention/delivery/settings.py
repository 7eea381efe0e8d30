"""The policy of delivery: the sender, limits and timeouts."""

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
    """The sender of the mails: the shop's verified address, and its name."""

    email: str
    name: str


@dataclass(frozen=True)
class DeliverySettings:
    """What a run may do; the defaults are the policy.

    Attributes:
        sender: the sender of the mails.
        limit: the most messages to submit in a run, so that every run ends.
        concurrency: the most requests of one worker in flight at once; four keep two cores busy.
        hourly_budget: the most messages of the sender to hand over per hour, over all workers and
            runs, while its addresses warm up; None for no limit.
        cancel_lead: how far ahead marketing mail is scheduled at least, however late it is, so that
            an unknown request can be cancelled. It covers a lease, the time until the next run
            notices, one more such round, and the time before release after which SendGrid no
            longer guarantees a cancel.
        quiet_hours: the hours in which late marketing waits for the morning; None for none.
        lease: how long another worker may be silent before its request is settled. Far longer than
            any call may take, so that a slow worker's messages do not become unknown.
        patience: how long a run may wait in total for connections and rate limits; short, since
            the next run is minutes away.
        most_unknown_in_a_row: the run ends after this number of unknown requests in a row, so that
            an outage at SendGrid does not make the whole outbox unknown.
        pre_send_check: the reasons not to send that are checked just before a mail leaves.
        public: the public URL for unsubscribing and answering in one click; None if there is none.
        asking_campaigns: campaigns whose mails ask questions and need answer links.
        stopped_campaigns: campaigns to skip from the start, each with the reason.
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
