"""The trap: kills a worker from outside, the instant a chosen moment passes on its wires."""

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
    """Watches the moments of one worker, and kills it with SIGKILL at one of them.

    A moment is a step and how far it has got: `accept_messages: asked`, `POST mail/send: half
    sent`. Without a step nothing is killed and the moments are only noted.

    Attributes:
        step: the moment to kill at; None to watch only.
        occurrence: the how manieth such moment it is, from 1.
        seen: the moments so far, in their order.
    """

    step: str | None = None
    occurrence: int = 1
    seen: list[str] = field(default_factory=list)
    _is_sprung: bool = False
    _process: BaseProcess | None = None
    _armed: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_sprung(self) -> bool:
        """Whether the worker was killed."""
        return self._is_sprung

    def arm(self, process: BaseProcess) -> None:
        """Aim at this process; until then every moment waits."""
        self._process = process
        self._armed.set()

    def wait_for(self, moment: str, times: int) -> None:
        """Wait until the worker has come to a moment so many times, or to its end."""
        while self.seen.count(moment) < times and not wait([self._process.sentinel], LOOK_SECONDS):
            pass

    def passes(self, moment: str) -> bool:
        """Note the moment; kill when it is the one. False when the worker is dead by our hand.

        The process is gone when this returns, so that nothing of it runs past the moment.
        """
        self._armed.wait()
        with self._lock:
            if self._is_sprung:
                return False
            self.seen.append(moment)
            if moment != self.step or self.seen.count(moment) < self.occurrence:
                return True
            os.kill(self._process.pid, signal.SIGKILL)
            self._is_sprung = True
        wait([self._process.sentinel])  # not `join`: that is for the one who started it
        return False
