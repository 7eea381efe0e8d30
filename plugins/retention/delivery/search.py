"""The search for the one message because of which SendGrid refuses a whole request.

A rejection proves that nothing was taken, so the halves may be tried one after the other. Some
ten small requests find the message; it is quarantined once another one of the same request was
accepted. While none is, the fault may be the campaign's: after two messages that were refused
alone the search ends, and the campaign waits for a person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retention.ledger.claims import Claim

MOST_REFUSED_ALONE = 2


@dataclass
class Search:
    """What is still to be tried, the next one last, and what the trials have shown."""

    waiting: list[Claim] = field(default_factory=list)
    has_accepted: bool = False
    refused_alone: int = 0

    def go_on_with(self, parts: list[Claim]) -> None:
        """Try the halves next; a message that was refused alone waits for the others."""
        if len(parts) == 1:
            self.waiting[:0] = parts
        else:
            self.waiting += reversed(parts)

    def is_hopeless(self) -> bool:
        """Count a message that was refused alone; tell whether all that is known speaks so."""
        self.refused_alone += 1
        return self.refused_alone >= MOST_REFUSED_ALONE or not self.waiting
