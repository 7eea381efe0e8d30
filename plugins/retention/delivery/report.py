"""What a delivery run did, and the two ways in which it ends early."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock


@dataclass
class DeliveryReport:
    """Counts of one run of one worker; they count messages unless said otherwise.

    The worker's threads share it.

    Attributes:
        submitted: handed to SendGrid, whatever the outcome; a repeated submission counts again.
        accepted: SendGrid has them.
        rejected: SendGrid rejects these very messages.
        unknown: may or may not have left; sent again only if their request is cancelled.
        returned: certainly not taken, and planned again.
        withdrawn: cancelled by the pre-send check, before they could leave.
        expired: were too late when the run began.
        abandoned_requests: requests of workers that stopped responding; messages planned again.
        lost_requests: requests of workers that stopped responding; messages now unknown.
        stopped_campaigns: the reason for each campaign that was skipped for the rest of the run.
    """

    submitted: int = 0
    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    returned: int = 0
    withdrawn: int = 0
    expired: int = 0
    abandoned_requests: int = 0
    lost_requests: int = 0
    stopped_campaigns: dict[str, str] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def add(self, **counts: int) -> None:
        """Add to the counts of these names."""
        with self._lock:
            for name, count in counts.items():
                setattr(self, name, getattr(self, name) + count)


class DeliveryStoppedError(RuntimeError):
    """The run ended early; remaining messages stay planned. `report` has the counts until then."""

    def __init__(self, message: str, report: DeliveryReport) -> None:
        super().__init__(message)
        self.report = report


class DeliveryRefusedError(DeliveryStoppedError):
    """SendGrid refuses the account: a person must fix the key, credits, sender or URL first."""


class DeliveryInterruptedError(DeliveryStoppedError):
    """SendGrid cannot be reached, limits the rate or fails: a later run may succeed."""
