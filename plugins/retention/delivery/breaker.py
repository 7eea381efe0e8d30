"""The breaker: limits how many requests are in flight at once; shared by the threads of a run.

A run begins with one small request, and falls back to one when a response is missing. All threads
send full-size requests only while SendGrid accepts them, so an outage or a wrong key costs only a
few messages.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import timedelta
from threading import Condition
from typing import TYPE_CHECKING

from retention.delivery.report import DeliveryInterruptedError, DeliveryRefusedError
from retention.sendgrid.outcomes import Accepted, NotSent, Outcome, Refused, Rejected, Unknown

if TYPE_CHECKING:
    from collections.abc import Generator

    from retention.delivery.report import DeliveryStoppedError
    from retention.delivery.settings import DeliverySettings

FIRST_PAUSE = timedelta(seconds=1)  # doubled each time SendGrid names no wait of its own


class Breaker:
    """Lets requests through, makes them wait, or ends the run."""

    def __init__(self, settings: DeliverySettings) -> None:
        self.reason = ""
        self.ended_by: type[DeliveryStoppedError] | None = None
        self._settings = settings
        self._is_over = False
        self._is_proved = False
        self._under_way = 0
        self._patience = settings.patience.total_seconds()
        self._pause = FIRST_PAUSE
        self._resume_at = 0.0  # of the monotonic clock
        self._unknown_in_a_row = 0
        self._changed = Condition()

    @contextmanager
    def turn(self) -> Generator[bool]:
        """Wait for a turn; yield False when the run is over."""
        with self._changed:
            while not self._is_over and (wait := self._wait()) != 0:
                self._changed.wait(wait)
            self._under_way += 1
            is_on = not self._is_over
        try:
            yield is_on
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def is_wide(self) -> bool:
        """Whether several requests may be in flight now, because SendGrid accepts."""
        with self._changed:
            is_resting = time.monotonic() < self._resume_at
            return self._width > 1 and not self._is_over and not is_resting

    def is_proved(self) -> bool:
        """Whether SendGrid accepts, as far as we know, so that a request may be large."""
        with self._changed:
            return self._is_proved

    def interrupt(self, reason: str) -> None:
        """End the run early; a later run continues its work."""
        with self._changed:
            self._break(DeliveryInterruptedError, reason)
            self._changed.notify_all()

    def end(self) -> None:
        """End the run for all threads, once the requests in flight are done."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def note(self, outcome: Outcome) -> None:
        """Adjust the run to an outcome."""
        with self._changed:
            is_unknown = isinstance(outcome, Unknown)
            self._unknown_in_a_row = self._unknown_in_a_row + 1 if is_unknown else 0
            match outcome:
                case Accepted():
                    self._open(outcome)
                case Refused():
                    reason = (
                        f"SendGrid refuses the account: {outcome.text}; all messages stay planned"
                    )
                    self._break(DeliveryRefusedError, reason)
                case NotSent():
                    self._hold(outcome)
                case Unknown():
                    self._doubt(outcome)
                case Rejected():
                    pass  # caused by the content of the request, not by SendGrid's state
            self._changed.notify_all()

    @property
    def _width(self) -> int:
        """How many requests may be in flight at once."""
        return self._settings.concurrency if self._is_proved else 1

    def _wait(self) -> float | None:
        """Return the seconds to wait: 0 for no wait, None to wait until something changes."""
        if self._under_way >= self._width:
            return None
        return max(self._resume_at - time.monotonic(), 0)

    def _open(self, outcome: Accepted) -> None:
        self._is_proved = True
        self._pause = FIRST_PAUSE
        if outcome.pause is not None:
            self._rest(outcome.pause, "SendGrid's rate limit is reached")

    def _hold(self, outcome: NotSent) -> None:
        self._is_proved = False
        self._rest(self._pause if outcome.pause is None else outcome.pause, outcome.text)
        self._pause *= 2

    def _doubt(self, outcome: Unknown) -> None:
        self._is_proved = False
        if self._unknown_in_a_row >= self._settings.most_unknown_in_a_row:
            self._break(
                DeliveryInterruptedError,
                f"{self._unknown_in_a_row} requests in a row without a clear response, the last: "
                f"{outcome.text}; messages not yet submitted stay planned",
            )

    def _rest(self, pause: timedelta, text: str) -> None:
        """Let nothing through for a while; a pause shared by several threads counts once."""
        seconds = max(pause, FIRST_PAUSE).total_seconds()  # pauses of zero must use up patience
        now = time.monotonic()
        added = now + seconds - max(self._resume_at, now)
        if added > self._patience:
            reason = f"no connection or no capacity at SendGrid: {text}; all messages stay planned"
            self._break(DeliveryInterruptedError, reason)
        elif added > 0:
            self._patience -= added
            self._resume_at = now + seconds

    def _break(self, kind: type[DeliveryStoppedError], reason: str) -> None:
        if self.ended_by is None:
            self.ended_by, self.reason = kind, reason
        self._is_over = True
