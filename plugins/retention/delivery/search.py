"""The search for the single message that makes SendGrid reject a whole request.

A rejection proves that nothing was taken, so each half may be tried. About ten small requests find
the message. It is quarantined once another message of the same request was accepted. Until then
the campaign may be at fault: after two messages that were rejected alone the search ends, and the
campaign waits for a person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retention.ledger.claims import Claim

MOST_REFUSED_ALONE = 2


@dataclass
class Search:
    """The claims still to try, the next one last, and the results so far."""

    waiting: list[Claim] = field(default_factory=list)
    has_accepted: bool = False
    refused_alone: int = 0

    def go_on_with(self, parts: list[Claim]) -> None:
        """Try the halves next; a message that was rejected alone waits for the others."""
        if len(parts) == 1:
            self.waiting[:0] = parts
        else:
            self.waiting += reversed(parts)

    def is_hopeless(self) -> bool:
        """Count a message that was rejected alone; return whether the campaign looks at fault."""
        self.refused_alone += 1
        return self.refused_alone >= MOST_REFUSED_ALONE or not self.waiting
