"""What happens in one run, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

    from benchmarks.crash_matrix.faults import FaultKind


class Blow(StrEnum):
    """What the first worker that is struck suffers; those after it are killed."""

    KILL = "killed"  # SIGKILL
    STOP = "stopped"  # SIGSTOP, and SIGCONT when its lease has long run out
    CLEAR = "cleared"  # SIGTERM, as when the run is cleared: it winds down beside the next run


@dataclass(frozen=True)
class Case:
    """What happens in a run; the same case again is the same run but for the race of two workers.

    Attributes:
        name: of the run.
        seed: for everything that is left to chance.
        fault: how SendGrid misbehaves.
        steps: where workers are struck, one after the other.
        blow: what the first of them suffers.
        occurrence: the how manieth time a worker comes to the first step.
        hears_from: how long after its begin the run's ledger hears of events; None is never.
    """

    name: str
    seed: int
    fault: FaultKind
    steps: tuple[str, ...] = ()
    occurrence: int = 1
    hears_from: timedelta | None = None
    blow: Blow = Blow.KILL


@dataclass
class Verdict:
    """How a run ended; the sandbox says what arrived, the ledger only what it calls it.

    Attributes:
        case: what was played.
        kills: the moments at which workers were really killed.
        stops: the moments at which one was stopped, to go on past its lease.
        clears: the moments at which one was told to end, while the next run began.
        seen: all moments on the wires of workers that were aimed at.
        expected: how many messages should have arrived.
        duplicates: ids of messages that reached somebody more than once.
        suppressed_but_sent: ids that were handed over although the address was suppressed.
        withdrawn: ids of messages to people who were forgotten or bought before anything left.
        withdrawn_but_sent: those of them that reached somebody nevertheless.
        nameless: the state of messages that never came to a final one.
        never_mailed: state and reason of messages that should have arrived and did not.
        errors: what workers died of that were not killed.
    """

    case: Case
    kills: list[str] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    clears: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    expected: int = 0
    duplicates: list[str] = field(default_factory=list)
    suppressed_but_sent: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    withdrawn_but_sent: list[str] = field(default_factory=list)
    nameless: dict[str, str] = field(default_factory=dict)
    never_mailed: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
