"""`make crash-matrix`: kill delivery workers at every step, under every fault, and count the mails.

Each run plans some thirty messages. It kills workers with SIGKILL at chosen moments of their
connections to PostgreSQL and to the sandbox, stops them until long past their lease, or clears
their run while the next one begins. Meanwhile SendGrid fails, and people unsubscribe, buy or are
forgotten. New workers start, and the clock moves on until every message has a final state. The
sandbox's audit decides what arrived. A naive sender goes through the same matrix as a control: if
it sent no duplicates, the matrix would prove nothing.
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
from benchmarks.crash_matrix.run import run_case, run_naive_case
from benchmarks.crash_matrix.servers import Servers, running_servers
from benchmarks.crash_matrix.summary import (
    LEAST_RUNS,
    broken_promises,
    describe,
    fault_table,
    never_killed_at,
    targets_of,
)
from benchmarks.targets import target_table, write_targets

if TYPE_CHECKING:
    from benchmarks.crash_matrix.case import Verdict

MOST_ATTEMPTS = 6  # to kill a worker at a moment that the planned runs did not reach


def main() -> None:
    """Run the matrix, write `build/bench/crash.json` and print two tables."""
    parser = argparse.ArgumentParser(prog="crash_matrix", description=__doc__)
    parser.add_argument("--seed", type=int, default=20260302, help="default: %(default)s")
    parser.add_argument("--runs", type=int, default=LEAST_RUNS, help="default: %(default)s")
    options, began, console = parser.parse_args(), perf_counter(), Console()
    with TemporaryDirectory() as folder, running_servers(Path(folder)) as servers:
        console.print(f"ready after {perf_counter() - began:.0f} s")
        ours, naive, moments = run_all(servers, options.runs, options.seed, console)
    targets = targets_of(ours, naive, moments)
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


def run_all(
    servers: Servers, runs: int, seed: int, console: Console
) -> tuple[list[Verdict], list[Verdict], list[str]]:
    """Run all cases with our delivery and with the naive sender.

    Returns:
        The verdicts on ours, those on the naive sender, and the moments of our workers.
    """
    chains = survey(servers)
    console.print(f"{len(chains)} moments to kill at")
    cases = make_cases("run-", runs, seed, chains)
    naive_cases = make_cases("naive-", runs, seed, survey_naive(servers))
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeElapsedColumn())
    ours, naive = [], []
    with (
        Progress(*columns, TimeRemainingColumn(), console=console) as progress,
        suppress(KeyboardInterrupt),  # Ctrl-C reports the runs so far
    ):
        for each in progress.track(range(runs), description="runs"):
            ours.append(run_case(servers, cases[each]))
            naive.append(run_naive_case(servers, naive_cases[each]))
            show_failure(ours[-1], console)
        for attempt in range(MOST_ATTEMPTS):
            missed = never_killed_at(ours, [chain[-1] for chain in chains])
            again = [chain for chain in chains if chain[-1] in missed]
            cases = make_cases_again(f"again-{attempt}-", again)
            for case in progress.track(cases, description="moments missed"):
                ours.append(run_case(servers, case))
                show_failure(ours[-1], console)
    return ours, naive, [chain[-1] for chain in chains]


def show_failure(verdict: Verdict, console: Console) -> None:
    """Print at once which promises a run broke."""
    case = verdict.case
    for promise, where in broken_promises(verdict).items():
        interrupted = f"{case.interruption} at {case.steps}"
        console.print(f"[red]{case.name}[/] {case.fault.name}, {interrupted}: {promise}", where)


if __name__ == "__main__":
    main()
