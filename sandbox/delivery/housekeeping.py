"""The sandbox's background threads: one releases due messages, one posts events.

They are separate, so that a webhook that does not answer cannot delay mail.
"""

import threading
from collections.abc import Callable

from sandbox.delivery.release import release_due
from sandbox.state import Sandbox, log

PAUSE_SECONDS = 0.5


class Housekeeping:
    """Runs from the start of the server to its end."""

    def __init__(self, sandbox: Sandbox) -> None:
        """Prepare the threads for ``sandbox``."""
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
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop the threads after their current rounds."""
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _run(self, chore: Callable[[], object]) -> None:
        while not self._is_over.wait(PAUSE_SECONDS):
            try:
                chore()
            except Exception:  # noqa: BLE001 - a failed round must not end the thread
                log.exception("%s failed and continues", threading.current_thread().name)
