"""The faults: every kind that the sandbox offers, in every phase where it makes sense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SEND = "/v3/mail/send"
BATCH = "/v3/mail/batch"
STOPS = "/v3/user/scheduled_sends"
LOGS = "/v3/logs"
SECONDS = 2.0  # of hang and slow: longer than a worker waits for a response


@dataclass(frozen=True)
class FaultKind:
    """One way in which SendGrid fails.

    Attributes:
        count: number of requests that the fault may affect.
    """

    path: str
    phase: str
    kind: str
    status: int = 500
    count: int = 1
    method: str = "POST"

    @property
    def name(self) -> str:
        """Name of the fault in reports."""
        what = str(self.status) if self.kind == "status" else self.kind
        asked = "" if self.method == "POST" else f"{self.method} "
        return f"{asked}{self.path.removeprefix('/v3/')} {self.phase}: {what}"

    def as_json(self, seed: int) -> dict[str, Any]:
        """Return the body for the sandbox; each of `count` requests fails with the probability."""
        return {
            "path": self.path,
            "method": self.method,
            "phase": self.phase,
            "kind": self.kind,
            "status": self.status,
            "seconds": 1.0 if self.kind == "rate_limit" else SECONDS,
            "probability": 0.7,
            "count": self.count,
            "seed": seed,
        }


PHASES = ("before_accept", "after_accept")
BREAKS = ("hang", "rst", "fin", "slow", "html_502")
NO_FAULT = FaultKind("everywhere", "no fault", "all answers in order", count=0)
FAULTS = [
    NO_FAULT,
    *(FaultKind(SEND, phase, kind) for phase in PHASES for kind in BREAKS),
    *(FaultKind(SEND, phase, "status", status) for phase in PHASES for status in (500, 503)),
    *(FaultKind(SEND, "response", kind) for kind in ("truncated", "rst", "fin", "slow")),
    FaultKind(SEND, "before_accept", "rate_limit", count=2),
    FaultKind(SEND, "before_accept", "status", 401),
    FaultKind(SEND, "before_accept", "status", 413),
    FaultKind(SEND, "after_accept", "rst", count=4),
    FaultKind(SEND, "before_accept", "fin", count=4),
    *(FaultKind(BATCH, phase, kind) for phase, kind in (
        ("before_accept", "hang"), ("before_accept", "status"), ("after_accept", "rst"),
        ("response", "truncated"), ("before_accept", "rate_limit"))),
    *(FaultKind(STOPS, phase, kind, count=2) for phase, kind in (
        ("before_accept", "hang"), ("before_accept", "status"), ("after_accept", "status"),
        ("after_accept", "rst"), ("response", "truncated"))),
    *(FaultKind(STOPS, phase, kind, count=2, method="GET") for phase, kind in (
        ("before_accept", "hang"), ("before_accept", "status"), ("response", "truncated"))),
    *(FaultKind(LOGS, "before_accept", kind, count=99) for kind in ("status", "hang")),
    FaultKind(LOGS, "before_accept", "status", count=99, method="GET"),
]  # fmt: skip
