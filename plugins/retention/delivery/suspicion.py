"""The suspicion that a rejection is the campaign's fault, although it names a message.

SendGrid rejects a broken template by naming whichever message it processed first. Taken at face
value each time, such responses would reject the whole campaign, one message after the other.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retention.ledger.claims import Claim


@dataclass
class Record:
    """SendGrid's responses for one campaign in one language during a run."""

    has_accepted: bool = False
    rejected_in_a_row: int = 0


class Suspicion:
    """One run's record of each campaign and language; shared by its threads."""

    def __init__(self, most_at_once: int) -> None:
        """Trust an accepted template for as many rejections as there are requests in flight."""
        self._most_at_once = most_at_once
        self._records: dict[tuple[str, str], Record] = defaultdict(Record)
        self._lock = Lock()

    def accepted(self, claim: Claim) -> None:
        """Record that SendGrid accepted a request, so its template works."""
        with self._lock:
            self._records[claim.campaign, claim.locale] = Record(has_accepted=True)

    def is_raised(self, claim: Claim, named: int) -> bool:
        """Record a rejection that names `named` messages; return whether to mark none of them.

        Repeated rejections without an acceptance in between point to the campaign. So does a
        rejection that names over half of the messages. A message that was sent alone is blamed
        itself once others were accepted.
        """
        with self._lock:
            record = self._records[claim.campaign, claim.locale]
            record.rejected_in_a_row += 1
            if record.rejected_in_a_row > (self._most_at_once if record.has_accepted else 1):
                return True
            is_to_blame = record.has_accepted and len(claim.messages) == 1
            return named * 2 > len(claim.messages) and not is_to_blame
