"""Interrupts a worker from outside, at the instant when a chosen moment passes a proxy."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

POLL_SECONDS = 0.002


@dataclass
class KillPoint:
    """Watches the moments of one worker, and sends it a signal at one of them.

    A moment is a step and its progress: `accept_messages: asked`, `POST mail/send: half sent`.
    Without a step, moments are only recorded.

    Attributes:
        step: the moment at which to send the signal; None to watch only.
        occurrence: which occurrence of the moment counts, from 1.
        signal_number: the signal; after any signal but SIGKILL the proxies go on.
        seen: the moments so far, in order.
    """

    step: str | None = None
    occurrence: int = 1
    signal_number: signal.Signals = signal.SIGKILL
    seen: list[str] = field(default_factory=list)
    _is_hit: bool = False
    _process: BaseProcess | None = None
    _attached: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_hit(self) -> bool:
        """Whether the signal was sent."""
        return self._is_hit

    def attach(self, process: BaseProcess) -> None:
        """Set the process to signal; until then every moment is held up."""
        self._process = process
        self._attached.set()

    def wait_for(self, moment: str, times: int) -> None:
        """Wait until a moment has occurred `times` times, or the worker was signalled or ended."""
        while self.seen.count(moment) < times and not self._has_ended():
            pass

    def wait_until_hit(self) -> None:
        """Wait until the worker was signalled or has ended."""
        while not self._has_ended():
            pass

    def _has_ended(self) -> bool:
        """Wait a moment; return whether the worker was signalled or has ended."""
        return self._is_hit or bool(wait([self._process.sentinel], POLL_SECONDS))

    def passes(self, moment: str) -> bool:
        """Record the moment, and send the signal if it is the chosen one.

        Returns:
            Whether to go on; False once the worker was killed. The process has then ended, so
            nothing of it runs past the moment.
        """
        self._attached.wait()
        with self._lock:
            if self._is_hit:
                return self.signal_number is not signal.SIGKILL
            self.seen.append(moment)
            if moment != self.step or self.seen.count(moment) < self.occurrence:
                return True
            os.kill(self._process.pid, self.signal_number)
            self._is_hit = True
            if self.signal_number is not signal.SIGKILL:
                return True
        wait([self._process.sentinel])  # not `join`, which only the starting thread may call
        return False
