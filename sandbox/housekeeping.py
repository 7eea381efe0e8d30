"""The sandbox's own threads: one releases what has become due, one posts what has happened.

Two, since a webhook that does not answer must not hold mail back.
"""

import threading
from collections.abc import Callable

from sandbox.release import release_due
from sandbox.sandbox import Sandbox, log

PAUSE_SECONDS = 0.5


class Housekeeping:
    """Runs from the start of the server to its end."""

    def __init__(self, sandbox: Sandbox) -> None:
        """Keep ``sandbox`` going once started."""
        self._is_over = threading.Event()
        chores: dict[str, Callable[[], object]] = {
            "release": lambda: release_due(sandbox),
            "posting": lambda: sandbox.postman.deliver(sandbox.now_ms()),
        }
        self._threads = [
            threading.Thread(target=self._run, args=(chore,), name=name, daemon=True)
            for name, chore in chores.items()
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End, after the rounds that are under way."""
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _run(self, chore: Callable[[], object]) -> None:
        while not self._is_over.wait(PAUSE_SECONDS):
            try:
                chore()
            except Exception:  # noqa: BLE001 - one bad round must not end the others
                log.exception("%s failed and goes on", threading.current_thread().name)
