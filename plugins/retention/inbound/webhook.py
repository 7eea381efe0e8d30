"""SendGrid's signed event webhook: checks posts and records their events.

A post is accepted when SendGrid signed exactly these bytes, at a time that is neither too old nor
in the future. This prevents replays: a captured post that comes again soon is dropped by the ids of
its events, and one that comes late is refused.
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
OLDEST = timedelta(hours=26)  # SendGrid retries failed posts for 24 hours
MOST_DIGITS = 12  # of Unix seconds
AHEAD = timedelta(minutes=5)  # clocks differ
KEYS_FOR = timedelta(minutes=1)
COUNT_EVERY = timedelta(seconds=10)


class Refusal(StrEnum):
    """Why a post was refused; `ledger.webhook_refusals` counts each reason."""

    UNSIGNED = "unsigned"  # a header is missing, or the time is not a number
    STALE = "stale"  # too old, or from the future
    NO_KEY = "no key"  # SendGrid's key is not known yet; `sync_sendgrid` fetches it
    FORGED = "forged"  # signed by somebody else, or changed in transit
    MALFORMED = "malformed"  # signed, but not an array of events
    TOO_LARGE = "too large"


class PostRefusedError(RuntimeError):
    """A post was refused; it changed nothing except the count of its reason."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"refused: {refusal}")
        self.refusal = refusal


@dataclass(frozen=True)
class SignedPost:
    """A received post: the raw bytes, and the two headers unchanged."""

    body: bytes
    signature: str
    timestamp: str


class Webhook:
    """Receives posts; in a flood of forged ones, most need neither a connection nor a row.

    SendGrid's keys are cached for a minute. The first refusal for a reason is counted in the ledger
    at once; those of the next ten seconds are counted together.
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
            post: the post; `check_headers` has passed.
            now: the current time.

        Raises:
            PostRefusedError: SendGrid did not send it, its key is not known, or it is malformed;
                nothing was written.
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
            log.error("%d entries of a signed post have no id, name or time: skipped", malformed)
        return counts

    def refuse(self, refusal: Refusal, now: datetime) -> bool:
        """Record a refused post in memory; return whether `count_refusals` is due."""
        log.warning("a post to the event webhook was refused: %s", refusal)
        with self._lock:
            self._refused[refusal] += 1
            last = self._counted_at.get(refusal)
            is_due = last is None or now - last >= COUNT_EVERY
            if is_due:
                self._counted_at[refusal] = now
            return is_due

    def count_refusals(self, now: datetime) -> None:
        """Write the refusals since the last time to the ledger."""
        with self._lock:
            refused, self._refused = self._refused, Counter()
        try:
            with self._connect() as connection, connection.transaction():
                for refusal, number in sorted(refused.items()):
                    count_webhook_refusals(connection, refusal, number, now)
        except psycopg.Error as error:
            log.warning("refused posts will be counted later: %s", type(error).__name__)
            with self._lock:
                self._refused += refused

    def _find_keys(self, now: datetime) -> list[str]:
        if not self._keys or self._keys_until is None or now >= self._keys_until:
            with self._connect() as connection:
                self._keys = find_webhook_keys(connection, replaced_after=now - OLDEST)
            self._keys_until = now + KEYS_FOR
        return self._keys


def check_headers(signature: str | None, timestamp: str | None, now: datetime) -> None:
    """Check what can be checked before the body of a post is read.

    Raises:
        PostRefusedError: the post has no signature, or its time is too old or in the future.
    """
    if not signature or not timestamp or not _is_number(timestamp):
        raise PostRefusedError(Refusal.UNSIGNED)
    ahead = int(timestamp) - now.timestamp()
    if not -OLDEST.total_seconds() <= ahead <= AHEAD.total_seconds():
        raise PostRefusedError(Refusal.STALE)


def _is_number(timestamp: str) -> bool:
    return timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= MOST_DIGITS
