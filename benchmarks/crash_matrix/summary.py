"""The results of all runs: compared with delivery's promises, and described for the record."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.table import Column, Table

from benchmarks.targets import Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.crash_matrix.case import Verdict

LEAST_RUNS = 200
# No answer, no proof, and no cancel: it cannot be called back, or that was not confirmed.
EXPLAINED = ("unconfirmed, sent at once", "unconfirmed, scheduled, cancel not confirmed")


def targets_of(
    ours: Sequence[Verdict], naive: Sequence[Verdict], moments: Sequence[str]
) -> list[Target]:
    """Return the totals of all runs, with delivery's promises as their bounds."""
    expected = sum(verdict.expected for verdict in ours)
    never_mailed = sum(len(verdict.never_mailed) for verdict in ours)
    without_reason = sum(len(unexplained(verdict)) for verdict in ours)
    return [
        Target("interrupted_runs", sum(map(was_interrupted, ours)), at_least=LEAST_RUNS),
        Target("moments_never_killed_at", len(never_killed_at(ours, moments)), at_most=0),
        Target("duplicates", _count(ours, "duplicates"), at_most=0),
        Target("nameless", _count(ours, "nameless"), at_most=0),
        Target("suppressed_but_sent", _count(ours, "suppressed_but_sent"), at_most=0),
        Target("withdrawn_but_sent", _count(ours, "withdrawn_but_sent"), at_most=0),
        Target(
            "never_mailed_share",
            never_mailed / expected,
            at_most=(never_mailed - without_reason) / expected,
        ),
        Target("naive_duplicates", _count(naive, "duplicates"), at_least=1),
    ]


def describe(ours: Sequence[Verdict], moments: list[str]) -> dict[str, Any]:
    """Return the record of all runs, with every message that was never mailed."""
    kills = Counter(moment for verdict in ours for moment in verdict.kills)
    return {
        "kills": kills.total(),
        "stops": _count(ours, "stops"),
        "clears": _count(ours, "clears"),
        "withdrawn": _count(ours, "withdrawn"),
        "kills_by_moment": {moment: kills[moment] for moment in moments},
        "moments_never_killed_at": never_killed_at(ours, moments),
        "runs": len(ours),
        "runs_without_interruption": [
            f"{verdict.case.fault.name}, {verdict.case.steps}"
            for verdict in ours
            if not was_interrupted(verdict)
        ],
        "broken_promises": [
            {
                "run": verdict.case.name,
                "seed": verdict.case.seed,
                "fault": verdict.case.fault.name,
                "interruption": verdict.case.interruption,
                "steps": verdict.case.steps,
                **broken_promises(verdict),
            }
            for verdict in ours
            if broken_promises(verdict)
        ],
        "runs_by_fault": Counter(verdict.case.fault.name for verdict in ours),
        "messages_expected": sum(verdict.expected for verdict in ours),
        "never_mailed": [
            {"run": verdict.case.name, "message_id": message_id, "state": why}
            for verdict in ours
            for message_id, why in verdict.never_mailed.items()
        ],
    }


def fault_table(ours: Sequence[Verdict], naive: Sequence[Verdict]) -> Table:
    """Return the number of duplicate and missing messages under each fault, ours and naive."""
    table = Table(Column("fault", no_wrap=True), "runs", "kills", "twice", "never", "naive: twice")
    for name in sorted({verdict.case.fault.name for verdict in ours}):
        mine, other = (
            [verdict for verdict in verdicts if verdict.case.fault.name == name]
            for verdicts in (ours, naive)
        )
        figures = (
            len(mine),
            *(_count(mine, attribute) for attribute in ("kills", "duplicates", "never_mailed")),
            _count(other, "duplicates"),
        )
        table.add_row(name, *map(str, figures))
    return table


def broken_promises(verdict: Verdict) -> dict[str, Any]:
    """Return the promises that a run broke, with the messages concerned."""
    found = {
        "duplicates": verdict.duplicates,
        "suppressed but sent": verdict.suppressed_but_sent,
        "sent to somebody who was forgotten or had bought": verdict.withdrawn_but_sent,
        "without a final state": verdict.nameless,
        "never mailed without an explanation": unexplained(verdict),
        "errors": verdict.errors,
    }
    return {promise: where for promise, where in found.items() if where}


def unexplained(verdict: Verdict) -> dict[str, str]:
    """Return the messages that never arrived although the ledger does not call them unconfirmed."""
    return {
        message_id: why
        for message_id, why in verdict.never_mailed.items()
        if not why.startswith(EXPLAINED)
    }


def was_interrupted(verdict: Verdict) -> bool:
    """Whether a worker of the run was really killed, stopped or terminated."""
    return bool(verdict.kills or verdict.stops or verdict.clears)


def never_killed_at(ours: Sequence[Verdict], moments: Sequence[str]) -> list[str]:
    """Return the moments at which no run killed a worker."""
    killed_at = {moment for verdict in ours for moment in verdict.kills}
    return [moment for moment in moments if moment not in killed_at]


def _count(verdicts: Sequence[Verdict], attribute: str) -> int:
    return sum(len(getattr(verdict, attribute)) for verdict in verdicts)
