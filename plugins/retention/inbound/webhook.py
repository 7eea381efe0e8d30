"""SendGrid's signed event webhook: who may post, and what becomes of a post.

A post counts when SendGrid signed these very bytes, at a time that is neither too old nor ahead.
Signature, freshness and the ids of the events together make a recorded post useless to a thief:
what comes again is dropped by its ids, what comes late is refused.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING

import psycopg

from retention.inbound.events import MalformedPostError, read_events
from retention.inbound.signature import is_signed
from retention.ledger.events import record_events
from retention.ledger.webhook import count_webhook_refusals, find_webhook_keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from retention.ledger.events import EventCounts

log = logging.getLogger(__name__)

SIGNATURE_HEADER = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP_HEADER = "X-Twilio-Email-Event-Webhook-Timestamp"
MOST_BYTES = 8 * 1024 * 1024  # a thousand events take 0.15 MB
OLDEST = timedelta(hours=26)  # SendGrid repeats what failed for 24 hours
MOST_DIGITS = 12  # of Unix seconds
AHEAD = timedelta(minutes=5)  # clocks differ
KEYS_FOR = timedelta(minutes=1)
COUNT_EVERY = timedelta(seconds=10)


class Refusal(StrEnum):
    """Why a post was turned away; `ledger.webhook_refusals` counts each."""

    UNSIGNED = "unsigned"  # a header is missing, or the time is no number
    STALE = "stale"  # too old, or from the future
    NO_KEY = "no key"  # SendGrid's key was not fetched yet: `sync_sendgrid` does
    FORGED = "forged"  # signed by somebody else, or changed on its way
    MALFORMED = "malformed"  # signed, but no array of events
    TOO_LARGE = "too large"


class PostRefusedError(RuntimeError):
    """A post that changed nothing, but for the count of its kind."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"refused: {refusal}")
        self.refusal = refusal


@dataclass(frozen=True)
class SignedPost:
    """What came in: the raw bytes, and the two headers as they are."""

    body: bytes
    signature: str
    timestamp: str


class Webhook:
    """Takes posts; a flood of forged ones costs neither a connection nor a row each.

    SendGrid's keys are remembered for a minute, and of the refusals of each kind the first is
    counted in the ledger at once, those of the next seconds together.
    """

    def __init__(self, connect: Callable[[], psycopg.Connection]) -> None:
        self._connect = connect
        self._lock = Lock()
        self._keys: list[str] = []
        self._keys_until: datetime | None = None
        self._refused: Counter[Refusal] = Counter()
        self._counted_at: dict[Refusal, datetime] = {}

    def receive(self, post: SignedPost, now: datetime) -> EventCounts:
        """Record the events of a post that SendGrid signed.

        Args:
            post: as it came; its headers have been checked.
            now: the present moment, aware.

        Raises:
            PostRefusedError: SendGrid did not send this; nothing was written.
        """
        keys = self._find_keys(now)
        if not keys:
            raise PostRefusedError(Refusal.NO_KEY)
        if not any(is_signed(key, post.body, post.signature, post.timestamp) for key in keys):
            raise PostRefusedError(Refusal.FORGED)
        try:
            events, malformed = read_events(post.body)
        except MalformedPostError:
            raise PostRefusedError(Refusal.MALFORMED) from None
        with self._connect() as connection:
            counts = record_events(connection, events, now)
        log.info("events: %d new, %d repeated", counts.recorded, counts.repeated)
        if malformed:
            log.error("%d entries of a signed post have no id, name or time: left out", malformed)
        return counts

    def refuse(self, refusal: Refusal, now: datetime) -> bool:
        """Note a post that is turned away; return whether `count_refusals` is due."""
        log.warning("a post to the event webhook was refused: %s", refusal)
        with self._lock:
            self._refused[refusal] += 1
            last = self._counted_at.get(refusal)
            is_due = last is None or now - last >= COUNT_EVERY
            if is_due:
                self._counted_at[refusal] = now
            return is_due

    def count_refusals(self, now: datetime) -> None:
        """Bring the refusals noted since the last time to the ledger."""
        with self._lock:
            refused, self._refused = self._refused, Counter()
        try:
            with self._connect() as connection, connection.transaction():
                for refusal, number in sorted(refused.items()):
                    count_webhook_refusals(connection, refusal, number, now)
        except psycopg.Error as error:
            log.warning("refusals are counted later: %s", type(error).__name__)
            with self._lock:
                self._refused += refused

    def _find_keys(self, now: datetime) -> list[str]:
        if not self._keys or self._keys_until is None or now >= self._keys_until:
            with self._connect() as connection:
                self._keys = find_webhook_keys(connection, replaced_after=now - OLDEST)
            self._keys_until = now + KEYS_FOR
        return self._keys


def check_headers(signature: str | None, timestamp: str | None, now: datetime) -> None:
    """Check all that can be known of a post before its body is read.

    Raises:
        PostRefusedError: the post is not signed, or not lately.
    """
    if not signature or not timestamp or not _is_number(timestamp):
        raise PostRefusedError(Refusal.UNSIGNED)
    ahead = int(timestamp) - now.timestamp()
    if not -OLDEST.total_seconds() <= ahead <= AHEAD.total_seconds():
        raise PostRefusedError(Refusal.STALE)


def _is_number(timestamp: str) -> bool:
    return timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= MOST_DIGITS
