"""The trap: strikes a worker from outside, the instant a chosen moment passes on its wires."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

LOOK_SECONDS = 0.002


@dataclass
class Trap:
    """Watches the moments of one worker, and sends it a signal at one of them.

    A moment is a step and how far it has got: `accept_messages: asked`, `POST mail/send: half
    sent`. Without a step nobody is struck and the moments are only noted.

    Attributes:
        step: the moment to strike at; None to watch only.
        occurrence: the how manieth such moment it is, from 1.
        blow: the signal; after another than SIGKILL the wires go on.
        seen: the moments so far, in their order.
    """

    step: str | None = None
    occurrence: int = 1
    blow: signal.Signals = signal.SIGKILL
    seen: list[str] = field(default_factory=list)
    _is_sprung: bool = False
    _process: BaseProcess | None = None
    _armed: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_sprung(self) -> bool:
        """Whether the worker was struck."""
        return self._is_sprung

    def arm(self, process: BaseProcess) -> None:
        """Aim at this process; until then every moment waits."""
        self._process = process
        self._armed.set()

    def wait_for(self, moment: str, times: int) -> None:
        """Wait until the worker has come to a moment so many times, is struck, or has ended."""
        while self.seen.count(moment) < times and not self._has_ended():
            pass

    def wait_for_spring(self) -> None:
        """Wait until the worker is struck, or has come to its end."""
        while not self._has_ended():
            pass

    def _has_ended(self) -> bool:
        """Whether the worker was struck or has come to its end; looks for an instant."""
        return self._is_sprung or bool(wait([self._process.sentinel], LOOK_SECONDS))

    def passes(self, moment: str) -> bool:
        """Note the moment; kill when it is the one. False when the worker is dead by our hand.

        The process is gone when this returns, so that nothing of it runs past the moment.
        """
        self._armed.wait()
        with self._lock:
            if self._is_sprung:
                return self.blow is not signal.SIGKILL
            self.seen.append(moment)
            if moment != self.step or self.seen.count(moment) < self.occurrence:
                return True
            os.kill(self._process.pid, self.blow)
            self._is_sprung = True
            if self.blow is not signal.SIGKILL:
                return True
        wait([self._process.sentinel])  # not `join`: that is for the one who started it
        return False
