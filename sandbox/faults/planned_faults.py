"""The planned faults: which requests get which fault, and how often."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

Phase = Literal["before_accept", "after_accept", "response"]
Kind = Literal["status", "rate_limit", "hang", "rst", "fin", "truncated", "slow", "html_502"]


class Fault(BaseModel):
    """One fault for matching requests.

    Attributes:
        path: prefix of the request's path.
        method: the request's method, or None for any.
        phase: ``before_accept``: the fault occurs and nothing is stored. ``after_accept``: the
            request is handled, and the fault replaces the answer. ``response``: the request is
            handled, and the answer is damaged.
        kind: a status code, 429 with its headers, no answer, a reset or closed connection, half an
            answer, a late one, or a gateway's error page. ``slow`` damages nothing: it delays the
            handling or the answer, even if the client has given up.
        status: the status code for ``status``.
        seconds: duration of ``hang`` and ``slow``, and time until ``rate_limit`` resets.
        probability: probability that a matching request gets the fault.
        count: maximum number of affected requests; None for no limit.
        seed: makes the choice of requests reproducible.
    """

    model_config = ConfigDict(extra="forbid")

    path: str = "/v3/mail/send"
    method: str | None = "POST"
    phase: Phase = "before_accept"
    kind: Kind
    status: int = Field(default=500, ge=200, le=599)
    seconds: float = Field(default=1.0, ge=0)
    probability: float = Field(default=1.0, ge=0, le=1)
    count: int | None = Field(default=1, ge=0)
    seed: int = 0
    _fired: int = PrivateAttr(default=0)
    _holding: int = PrivateAttr(default=0)
    _dice: random.Random = PrivateAttr()

    def model_post_init(self, _context: object) -> None:
        """Create a separate random sequence, so that other faults do not change it."""
        self._dice = random.Random(self.seed)  # noqa: S311 - reproducible, not secret

    @property
    def fired(self) -> int:
        """Number of requests that got this fault."""
        return self._fired

    @property
    def holding(self) -> int:
        """Number of requests with this fault that have not ended yet."""
        return self._holding

    @contextmanager
    def held(self) -> Iterator[None]:
        """Count a request as held until the request ends."""
        self._holding += 1
        try:
            yield
        finally:
            self._holding -= 1

    def strikes(self, method: str, path: str) -> bool:
        """Return whether a request gets this fault, and count it if so."""
        if not path.startswith(self.path) or self.method not in {None, method}:
            return False
        if self.count is not None and self._fired >= self.count:
            return False
        if self._dice.random() >= self.probability:
            return False
        self._fired += 1
        return True


class PlannedFaults(BaseModel):
    """The body that sets a plan."""

    model_config = ConfigDict(extra="forbid")

    faults: list[Fault]


class FaultPlan:
    """The faults in force; the first one that strikes a request is the only one for it."""

    def __init__(self) -> None:
        """Begin without any fault."""
        self.faults: list[Fault] = []

    def strike(self, method: str, path: str) -> Fault | None:
        """Return the fault that this request meets, or None."""
        return next((fault for fault in self.faults if fault.strikes(method, path)), None)

    def as_json(self) -> list[dict[str, object]]:
        """Return the faults with the number of hits and of currently held requests of each."""
        return [
            {**fault.model_dump(), "fired": fault.fired, "holding": fault.holding}
            for fault in self.faults
        ]
