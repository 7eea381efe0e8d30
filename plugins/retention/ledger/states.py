"""The states of a message and of a request, each with its meaning; the database allows no other.

`docs/delivery.md` draws them, and names the SQL file behind every arrow.
"""

from __future__ import annotations

from enum import StrEnum

# SendGrid's events of a mail that it has released: a mail that was cancelled in time has none.
RELEASED_EVENTS = [
    "deferred",
    "delivered",
    "bounce",
    "open",
    "click",
    "spamreport",
    "unsubscribe",
    "group_unsubscribe",
    "group_resubscribe",
]


class MessageState(StrEnum):
    """Where a message stands; `ledger.messages` has one `<state>_at` column for each."""

    PLANNED = "planned"  # waits for its time; no worker has it
    CLAIMED = "claimed"  # one worker has it and prepares a request; nothing has left yet
    SUBMITTING = "submitting"  # committed before the call: from here on it may have left
    ACCEPTED = "accepted"  # SendGrid has it: an answer, an event or its log says so; final
    REJECTED = "rejected"  # SendGrid refuses this very message, and said why; final
    UNKNOWN = "unknown"  # may or may not have left; never resent unless its request is cancelled
    UNCONFIRMED = "unconfirmed"  # unknown for so long that hardly anything will ever tell
    EXPIRED = "expired"  # its `not_after` passed before it was submitted; never left
    CANCELLED = "cancelled"  # withdrawn on purpose before it left; final


class RequestState(StrEnum):
    """What became of one HTTP request; its messages follow it."""

    CLAIMED = "claimed"  # messages are gathered; nothing has left yet
    SUBMITTING = "submitting"  # committed before the call
    ACCEPTED = "accepted"  # SendGrid has all its messages
    REJECTED = "rejected"  # 400, 413, 415: SendGrid took none of its messages
    REFUSED = "refused"  # key, credits or sender refused: none taken, and none would be
    NOT_SENT = "not_sent"  # proof that SendGrid took none: never posted, not reached, or 429
    UNKNOWN = "unknown"  # no proof either way
    CANCELLED = "cancelled"  # at SendGrid, in time: whatever it took is never released
    UNCONFIRMED = "unconfirmed"  # no proof either way, and hardly one to come any more
