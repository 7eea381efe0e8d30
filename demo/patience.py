"""Waiting for something, on a machine however slow: until nothing moves any more."""

from __future__ import annotations

import time

STALLED_SECONDS = 300


class Patience:
    """Counts the time without progress."""

    def __init__(self, seconds: float = STALLED_SECONDS) -> None:
        """Begin now; `seconds` without progress are too many."""
        self._seconds = seconds
        self._seen: object = None
        self._since = time.monotonic()

    def is_over(self, seen: object) -> bool:
        """Look once more: whether what is `seen` has been the same for too long."""
        now = time.monotonic()
        if seen != self._seen:
            self._seen, self._since = seen, now
        return now - self._since > self._seconds
