"""The suspicion that a rejection is the campaign's fault, although it names a message.

A broken template is refused with the name of whichever message SendGrid came to first. Believed
each time, such answers would mark the whole campaign as rejected, one message after the other.
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
    """What SendGrid said of one campaign in one language during a run."""

    has_accepted: bool = False
    rejected_in_a_row: int = 0


class Suspicion:
    """What one run has seen of each campaign and language; shared by its threads."""

    def __init__(self, most_at_once: int) -> None:
        """Trust what was accepted before for as many rejections as may be under way at once."""
        self._most_at_once = most_at_once
        self._records: dict[tuple[str, str], Record] = defaultdict(Record)
        self._lock = Lock()

    def accepted(self, claim: Claim) -> None:
        """Note that SendGrid took a request: its template can be sent."""
        with self._lock:
            self._records[claim.campaign, claim.locale] = Record(has_accepted=True)

    def is_raised(self, claim: Claim, named: int) -> bool:
        """Note a rejection that names so many of a claim's messages; tell whether to mark none.

        One after the other without an acceptance in between speaks against the campaign, and so
        does one that names over half of the messages; a message that is alone is believed to be
        at fault once others were accepted.
        """
        with self._lock:
            record = self._records[claim.campaign, claim.locale]
            record.rejected_in_a_row += 1
            if record.rejected_in_a_row > (self._most_at_once if record.has_accepted else 1):
                return True
            is_to_blame = record.has_accepted and len(claim.messages) == 1
            return named * 2 > len(claim.messages) and not is_to_blame
