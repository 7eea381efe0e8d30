"""A case, which says what happens in one run, and the verdict on the run."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

    from benchmarks.crash_matrix.faults import FaultKind


class Interruption(StrEnum):
    """How the first worker at a kill point is interrupted; later ones are killed."""

    KILL = "killed"  # SIGKILL
    STOP = "stopped"  # SIGSTOP, and SIGCONT long after its lease has run out
    CLEAR = "cleared"  # SIGTERM, as when the run is cleared: it shuts down beside the next run


@dataclass(frozen=True)
class Case:
    """What happens in a run; a repeated case differs only by the race of the two workers.

    Attributes:
        name: name of the run.
        seed: seed of all random choices.
        fault: how SendGrid fails.
        steps: the moments at which workers are interrupted, one worker each.
        interruption: how the first of them is interrupted.
        occurrence: which occurrence of the first step counts, from 1.
        events_from: how long after the start the run's ledger receives events; None is never.
    """

    name: str
    seed: int
    fault: FaultKind
    steps: tuple[str, ...] = ()
    occurrence: int = 1
    events_from: timedelta | None = None
    interruption: Interruption = Interruption.KILL


@dataclass
class Verdict:
    """How a run ended: arrivals according to the sandbox, states according to the ledger.

    Attributes:
        case: the case that was run.
        kills: the moments at which workers were really killed.
        stops: the moments at which a worker was stopped, to go on past its lease.
        clears: the moments at which a worker was terminated while the next run began.
        seen: all moments of the workers that had a kill point.
        expected: number of messages that should have arrived.
        duplicates: ids of messages that arrived more than once.
        suppressed_but_sent: ids of messages submitted although the address was suppressed.
        withdrawn: ids of messages to people who were forgotten or bought before anything was sent.
        withdrawn_but_sent: ids among `withdrawn` that arrived nevertheless.
        nameless: states of messages without a final state, by id.
        never_mailed: state and reason, by id, of messages that should have arrived and did not.
        errors: errors of workers that failed without being killed.
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
