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
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn

from benchmarks.crash_matrix.cases import make_cases, make_cases_again, survey, survey_naive
from benchmarks.crash_matrix.play import play, play_naively
from benchmarks.crash_matrix.stage import Stage, prepared_stage
from benchmarks.crash_matrix.summary import (
    LEAST_RUNS,
    broken_promises,
    describe,
    fault_table,
    judge_all,
    never_killed_at,
)
from benchmarks.targets import target_table, write_targets

if TYPE_CHECKING:
    from benchmarks.crash_matrix.case import Verdict

MOST_ATTEMPTS = 6  # to kill at a moment that the planned runs did not come to


def main() -> None:
    """Run the matrix, write `build/bench/crash.json` and show two tables."""
    parser = argparse.ArgumentParser(prog="crash_matrix", description=__doc__)
    parser.add_argument("--seed", type=int, default=20260302, help="default: %(default)s")
    parser.add_argument("--runs", type=int, default=LEAST_RUNS, help="default: %(default)s")
    options, began, console = parser.parse_args(), perf_counter(), Console()
    with TemporaryDirectory() as folder, prepared_stage(Path(folder)) as stage:
        console.print(f"ready after {perf_counter() - began:.0f} s")
        ours, naive, moments = play_all(stage, options.runs, options.seed, console)
    targets = judge_all(ours, naive, moments)
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
        for attempt in range(MOST_ATTEMPTS):
            missed = never_killed_at(ours, [chain[-1] for chain in chains])
            again = [chain for chain in chains if chain[-1] in missed]
            cases = make_cases_again(f"again-{attempt}-", again)
            for case in progress.track(cases, description="moments missed"):
                ours.append(play(stage, case))
                show_failure(ours[-1], console)
    return ours, naive, [chain[-1] for chain in chains]


def show_failure(verdict: Verdict, console: Console) -> None:
    """Say at once when a run broke a promise, and which."""
    case = verdict.case
    for promise, where in broken_promises(verdict).items():
        struck = f"{case.blow} at {case.steps}"
        console.print(f"[red]{case.name}[/] {case.fault.name}, {struck}: {promise}", where)


if __name__ == "__main__":
    main()
