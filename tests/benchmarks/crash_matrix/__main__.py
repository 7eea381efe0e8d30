"""`make crash-matrix`: workers are really killed at every step, under every fault; who got what?

Each run plans some thirty messages, kills workers with SIGKILL at chosen moments on their wires to
PostgreSQL and to the sandbox, or stops them until long past their lease, or clears their run while
the next one begins; lets SendGrid misbehave, and people unsubscribe, buy or be forgotten; starts
workers anew, and moves the clock until nothing moves any more. The sandbox's audit judges.
A naive sender goes through the same matrix as the control: if it wrote nobody twice, the matrix
would prove nothing.
"""

from __future__ import annotations

import argparse
from collections import Counter
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Column, Table

from tests.benchmarks.crash_matrix.cases import make_cases, survey, survey_naive
from tests.benchmarks.crash_matrix.play import play, play_naively
from tests.benchmarks.crash_matrix.stage import Stage, prepared_stage
from tests.benchmarks.targets import Target, target_table, write_targets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.crash_matrix.case import Verdict

LEAST_RUNS = 200
EXPLAINED = "unconfirmed,"  # no answer, no proof, and no fence that could be confirmed


def main() -> None:
    """Run the matrix, write `build/bench/crash.json` and show two tables."""
    parser = argparse.ArgumentParser(prog="crash_matrix", description=__doc__)
    parser.add_argument("--seed", type=int, default=20260302, help="default: %(default)s")
    parser.add_argument("--runs", type=int, default=LEAST_RUNS, help="default: %(default)s")
    options, began, console = parser.parse_args(), perf_counter(), Console()
    with TemporaryDirectory() as folder, prepared_stage(Path(folder)) as stage:
        console.print(f"ready after {perf_counter() - began:.0f} s")
        ours, naive, moments = play_all(stage, options.runs, options.seed, console)
    targets = judge_all(ours, naive)
    context = {
        "seed": options.seed,
        "seconds": round(perf_counter() - began),
        **describe(ours, moments),
        "naive_runs_with_duplicates": sum(bool(verdict.duplicates) for verdict in naive),
        "naive_never_mailed": sum(len(verdict.never_mailed) for verdict in naive),
        "naive_kills": sum(len(verdict.kills) for verdict in naive),
    }
    file = write_targets("crash", targets, context)
    console.print(fault_table(ours, naive), target_table(targets), f"written to {file}")


def play_all(
    stage: Stage, runs: int, seed: int, console: Console
) -> tuple[list[Verdict], list[Verdict], list[str]]:
    """Play all cases with ours and with the naive sender; return the moments of ours too."""
    chains = survey(stage)
    console.print(f"{len(chains)} moments to kill at")
    cases = make_cases("run-", runs, seed, chains)
    naive_cases = make_cases("naive-", runs, seed, survey_naive(stage))
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeElapsedColumn())
    ours, naive = [], []
    with (
        Progress(*columns, TimeRemainingColumn(), console=console) as progress,
        suppress(KeyboardInterrupt),  # what was played until then is judged
    ):
        for each in progress.track(range(runs), description="runs"):
            ours.append(play(stage, cases[each]))
            naive.append(play_naively(stage, naive_cases[each]))
            show_failure(ours[-1], console)
    return ours, naive, [chain[-1] for chain in chains]


def show_failure(verdict: Verdict, console: Console) -> None:
    """Say at once when a run broke a promise, and which."""
    broken = {
        "duplicates": verdict.duplicates,
        "suppressed but sent": verdict.suppressed_but_sent,
        "forgotten or bought meanwhile, but sent": verdict.withdrawn_but_sent,
        "without a final state": verdict.nameless,
        "never mailed without an explanation": unexplained(verdict),
        "errors": verdict.errors,
    }
    for name, found in broken.items():
        if found:
            case = verdict.case
            struck = f"{case.blow} at {case.steps}"
            console.print(f"[red]{case.name}[/] {case.fault.name}, {struck}: {name}", found)


def judge_all(ours: Sequence[Verdict], naive: Sequence[Verdict]) -> list[Target]:
    """Hold the sums of all runs against what is promised."""
    expected = sum(verdict.expected for verdict in ours)
    never_mailed = sum(len(verdict.never_mailed) for verdict in ours)
    without_reason = sum(len(unexplained(verdict)) for verdict in ours)
    return [
        Target("runs", len(ours), at_least=LEAST_RUNS),
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


def unexplained(verdict: Verdict) -> dict[str, str]:
    """Return the messages that never arrived although the ledger does not call them unconfirmed."""
    return {
        message_id: why
        for message_id, why in verdict.never_mailed.items()
        if not why.startswith(EXPLAINED)
    }


def describe(ours: Sequence[Verdict], moments: list[str]) -> dict[str, Any]:
    """Return what was done, and every message that was never mailed, for the record."""
    kills = Counter(moment for verdict in ours for moment in verdict.kills)
    return {
        "kills": kills.total(),
        "stops": _count(ours, "stops"),
        "clears": _count(ours, "clears"),
        "withdrawn": _count(ours, "withdrawn"),
        "kills_by_moment": {moment: kills[moment] for moment in moments},
        "moments_never_killed_at": [moment for moment in moments if not kills[moment]],
        "runs_without_a_kill": [
            f"{verdict.case.fault.name}, {verdict.case.steps}"
            for verdict in ours
            if not verdict.kills + verdict.stops + verdict.clears
        ],
        "runs_by_fault": Counter(verdict.case.fault.name for verdict in ours),
        "messages_expected": sum(verdict.expected for verdict in ours),
        "never_mailed": [
            {"run": verdict.case.name, "message_id": message_id, "state": why}
            for verdict in ours
            for message_id, why in verdict.never_mailed.items()
        ],
        "errors": [f"{verdict.case.name}: {error}" for verdict in ours for error in verdict.errors],
    }


def fault_table(ours: Sequence[Verdict], naive: Sequence[Verdict]) -> Table:
    """Return how many messages came twice or never under each fault, beside the naive sender's."""
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


def _count(verdicts: Sequence[Verdict], attribute: str) -> int:
    return sum(len(getattr(verdict, attribute)) for verdict in verdicts)


if __name__ == "__main__":
    main()
