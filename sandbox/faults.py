"""The plan of what goes wrong on purpose: which request meets which fault, and how often."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

Phase = Literal["before_accept", "after_accept", "response"]
Kind = Literal["status", "rate_limit", "hang", "rst", "fin", "truncated", "slow", "html_502"]


class Fault(BaseModel):
    """One kind of fault for some requests.

    Attributes:
        path: how the request's path begins.
        method: the request's method, or None for any.
        phase: ``before_accept``: nothing is stored, then the fault. ``after_accept``: the request
            is handled, then the fault takes the place of the answer. ``response``: the request is
            handled, and the answer is damaged on its way.
        kind: a status code, 429 with its headers, silence, a reset or closed connection, half an
            answer, a late one, or the page of a gateway. ``slow`` damages nothing: it delays the
            handling or the answer, also for a client that has given up.
        status: the code of ``status``.
        seconds: how long ``hang`` and ``slow`` last, and when ``rate_limit`` resets.
        probability: how likely a matching request meets the fault.
        count: how many requests meet it at most; None for no limit.
        seed: makes the same requests meet it again.
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
        """Throw dice of its own, so that other faults do not change the sequence."""
        self._dice = random.Random(self.seed)  # noqa: S311 - reproducible, not secret

    @property
    def fired(self) -> int:
        """How many requests have met this fault."""
        return self._fired

    @property
    def holding(self) -> int:
        """How many requests have met this fault and are not at their end."""
        return self._holding

    @contextmanager
    def held(self) -> Iterator[None]:
        """Count a request among those it holds, from the strike to the request's end."""
        self._holding += 1
        try:
            yield
        finally:
            self._holding -= 1

    def strikes(self, method: str, path: str) -> bool:
        """Tell whether a request meets this fault, and count it when it does."""
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
        """Return the plan with how often each fault fired, and how many requests it holds now."""
        return [
            {**fault.model_dump(), "fired": fault.fired, "holding": fault.holding}
            for fault in self.faults
        ]
