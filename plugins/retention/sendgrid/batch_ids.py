"""Batch ids, asked for ahead: a turn then waits for one answer of SendGrid's instead of two.

Every attempt has an id of its own; a spare that is never used costs nothing.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

from retention.sendgrid.client import SendGridError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from retention.sendgrid.client import SendGrid


class BatchIds:
    """The batch ids of one run, shared by its threads; use it in a `with` that ends with the run.

    Each thread takes one and orders one, so there are never more spares than threads.
    """

    def __init__(self, client: SendGrid, threads: int) -> None:
        self._client = client
        self._spares: deque[Future[str]] = deque()
        self._asking = ThreadPoolExecutor(threads, thread_name_prefix="batch-ids")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Ask for nothing any more, and wait for what is under way."""
        self._asking.shutdown(wait=True, cancel_futures=True)

    def order(self) -> None:
        """Ask for an id that the next attempt may take, without waiting for it."""
        self._spares.append(self._asking.submit(self._client.create_batch))

    def take(self) -> str:
        """Return an id that nobody else has.

        Raises:
            SendGridError: there is none; of a spare, the error is raised here and not before.
        """
        try:
            spare = self._spares.popleft()
        except IndexError:
            return self._client.create_batch()
        try:
            return spare.result()
        except SendGridError:
            # What was asked for at the same time has nothing new to say.
            self._spares.clear()
            raise
