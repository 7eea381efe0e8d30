"""What happens in one run, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

    from tests.benchmarks.crash_matrix.faults import FaultKind


@dataclass(frozen=True)
class Case:
    """What happens in a run; the same case again is the same run but for the race of two workers.

    Attributes:
        name: of the run.
        seed: for everything that is left to chance.
        fault: how SendGrid misbehaves.
        steps: where workers are killed, one after the other.
        occurrence: the how manieth time a worker comes to the first step.
        hears_from: how long after its begin the run's ledger hears of events; None is never.
    """

    name: str
    seed: int
    fault: FaultKind
    steps: tuple[str, ...] = ()
    occurrence: int = 1
    hears_from: timedelta | None = None


@dataclass
class Verdict:
    """How a run ended; the sandbox says what arrived, the ledger only what it calls it.

    Attributes:
        case: what was played.
        kills: the moments at which workers were really killed.
        seen: all moments on the wires of workers that were aimed at.
        expected: how many messages should have arrived.
        duplicates: ids of messages that reached somebody more than once.
        suppressed_but_sent: ids that were handed over although the address was suppressed.
        nameless: the state of messages that never came to a final one.
        never_mailed: state and reason of messages that should have arrived and did not.
        errors: what workers died of that were not killed.
    """

    case: Case
    kills: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    expected: int = 0
    duplicates: list[str] = field(default_factory=list)
    suppressed_but_sent: list[str] = field(default_factory=list)
    nameless: dict[str, str] = field(default_factory=dict)
    never_mailed: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
