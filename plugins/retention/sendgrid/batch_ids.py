"""Batch ids, requested ahead, so that a turn waits for one response of SendGrid instead of two.

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
    """The batch ids of one run, shared by its threads; use it in a `with` block around the run.

    Each thread takes one and orders one, so there are never more spares than threads.
    """

    def __init__(self, client: SendGrid, threads: int) -> None:
        self._client = client
        self._spares: deque[Future[str]] = deque()
        self._asking = ThreadPoolExecutor(threads, thread_name_prefix="batch-ids")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop ordering ids, and wait for the calls in flight."""
        self._asking.shutdown(wait=True, cancel_futures=True)

    def order(self) -> None:
        """Request an id for a later attempt, without waiting for it."""
        self._spares.append(self._asking.submit(self._client.create_batch))

    def take(self) -> str:
        """Return an id that is used nowhere else.

        Raises:
            SendGridError: no id was created; the error of a spare is raised here, not by `order`.
        """
        try:
            spare = self._spares.popleft()
        except IndexError:
            return self._client.create_batch()
        try:
            return spare.result()
        except SendGridError:
            # The other spares were requested at the same time and will have failed too.
            self._spares.clear()
            raise
