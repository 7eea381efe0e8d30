"""The states of a message and of a request, with their meanings; the database allows no others.

`docs/delivery.md` has a diagram, and names the SQL file of every transition.
"""

from __future__ import annotations

from enum import StrEnum

# SendGrid's events of a released mail; a mail that was cancelled in time has none of them.
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
    """The state of a message; `ledger.messages` has a `<state>_at` column for each."""

    PLANNED = "planned"  # waits for its time; no worker has it
    CLAIMED = "claimed"  # one worker has it and prepares a request; nothing has left yet
    SUBMITTING = "submitting"  # committed before the call: from here on it may have left
    ACCEPTED = "accepted"  # SendGrid has it: a response, an event or its log says so; final
    REJECTED = "rejected"  # SendGrid refuses this very message, and said why; final
    UNKNOWN = "unknown"  # may or may not have left; never resent unless its request is cancelled
    UNCONFIRMED = "unconfirmed"  # unknown for so long that proof will hardly come
    EXPIRED = "expired"  # its `not_after` passed before it was submitted; never left
    CANCELLED = "cancelled"  # withdrawn on purpose before it left; final


class RequestState(StrEnum):
    """The state of one HTTP request; its messages follow it."""

    CLAIMED = "claimed"  # messages are gathered; nothing has left yet
    SUBMITTING = "submitting"  # committed before the call
    ACCEPTED = "accepted"  # SendGrid has all its messages
    REJECTED = "rejected"  # 400, 413, 415: SendGrid took none of its messages
    REFUSED = "refused"  # key, credits or sender refused: no message was taken, and none would be
    NOT_SENT = "not_sent"  # proof that SendGrid took none: never posted, not reached, or 429
    UNKNOWN = "unknown"  # no proof either way
    CANCELLED = "cancelled"  # at SendGrid, in time: whatever it took is never released
    UNCONFIRMED = "unconfirmed"  # no proof either way, and hardly any to come
