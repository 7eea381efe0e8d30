"""`make bench-delivery`: messages per second and memory, ours against three other ways to send.

All ways send the same messages in one run to the same server, which accepts everything: over plain
HTTP, and over TLS with 50 ms before each response. Ours includes the ledger: claiming, committing
before the call, and recording the response. Its figures are those of two workers, as in the DAG.
Rounds of all ways alternate, so a busy machine slows all of them; the median round counts.
"""

from __future__ import annotations

import argparse
import os
import statistics
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.bench_delivery import ways
from benchmarks.bench_delivery.memory import peak_megabytes
from benchmarks.bench_delivery.planned import count_accepted, plan_messages
from benchmarks.bench_delivery.sink import Sink, running_sink
from benchmarks.targets import Target, target_table, write_targets
from demo.postgres import Cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DATABASE = "bench_delivery"
FEW_PLANNED = 10_000
Rates = dict[str, dict[str, list[float]]]


@dataclass(frozen=True)
class Way:
    """One way to send, and the number of messages per round for a reliable measurement."""

    send: Callable[[str, int], None]
    http_messages: int
    tls_messages: int


OURS = "ours, with the ledger, two workers"
ONE_OF_OURS = "ours, with the ledger, one worker"
AIRFLOW = "Airflow's send_email"
SDK = "SDK, 1 a request"
SDK_BATCH = "SDK, 1,000 a request"
SDK_PLAIN_BATCH = "SDK, 1,000 a request, as dicts"
WAYS = {
    ONE_OF_OURS: Way(ways.send_ours, 50_000, 50_000),
    AIRFLOW: Way(ways.send_by_airflow, 300, 40),
    SDK: Way(ways.send_by_sdk, 300, 40),
    SDK_BATCH: Way(ways.send_by_sdk_in_batches, 10_000, 10_000),
    SDK_PLAIN_BATCH: Way(ways.send_by_sdk_in_plain_batches, 50_000, 50_000),
}


def main() -> None:
    """Run the benchmark, write `build/bench/delivery.json` and print two tables."""
    parser = argparse.ArgumentParser(prog="bench_delivery", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each way (default: 5)")
    parser.add_argument(
        "--most-planned",
        type=int,
        default=1_000_000,
        help="messages in the memory measurement (default: 1,000,000)",
    )
    options, began, console = parser.parse_args(), perf_counter(), Console()
    with (
        prepared() as (cluster, sink),
        ways.our_workers() as send_by_our_workers,
        Progress(console=console) as progress,
    ):
        WAYS[OURS] = Way(send_by_our_workers, 50_000, 50_000)
        rates = measure_rates(cluster, sink, options.rounds, progress)
        memory = measure_memory(cluster, sink, options.most_planned, progress)
    targets = targets_of(rates, memory)
    context: dict[str, Any] = {
        "messages_per_second": rates,
        "worker_peak_megabytes": memory,
        "cores": os.cpu_count(),
        "seconds": round(perf_counter() - began),
    }
    file = write_targets("delivery", targets, context)
    console.print(rate_table(rates), target_table(targets), f"written to {file}")


@contextmanager
def prepared() -> Iterator[tuple[Cluster, Sink]]:
    """Run PostgreSQL and the sink, and point the environment to both."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        cluster = Cluster(folder / "postgres", is_throw_away=True)
        cluster.start()
        os.environ |= cluster.environment(DATABASE) | ways.AIRFLOW_CONNECTION
        os.environ |= {
            "AIRFLOW_HOME": str(folder / "airflow"),
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        }
        try:
            with running_sink(folder) as sink:
                yield cluster, sink
        finally:
            cluster.remove()


def measure_rates(cluster: Cluster, sink: Sink, rounds: int, progress: Progress) -> Rates:
    """Return messages per second of each way, protocol and round, without the warm-up round."""
    task = progress.add_task("rates", total=(rounds + 1) * len(WAYS) * 2)
    rates: Rates = {name: {"http": [], "tls": []} for name in WAYS}
    for number in range(rounds + 1):
        for name, way in WAYS.items():
            progress.update(task, description=f"round {number} of {rounds}: {name}")
            for protocol, url, how_many in (
                ("http", sink.http, way.http_messages),
                ("tls", sink.tls, way.tls_messages),
            ):
                rate = measure_rate(cluster, sink, way, url, how_many)
                progress.advance(task)
                if number:
                    rates[name][protocol].append(round(rate, 1))
    return rates


def measure_rate(cluster: Cluster, sink: Sink, way: Way, url: str, how_many: int) -> float:
    """Send `how_many` messages one way; return messages per second."""
    is_ours = way in (WAYS[OURS], WAYS[ONE_OF_OURS])
    if is_ours:
        plan_messages(cluster, DATABASE, how_many)
    began = perf_counter()
    way.send(url, how_many)
    seconds = perf_counter() - began
    taken = {sink.taken()} | ({count_accepted()} if is_ours else set())
    if taken != {how_many}:
        message = f"{taken} messages were sent instead of {how_many}, so the rate is meaningless"
        raise RuntimeError(message)
    return how_many / seconds


def measure_memory(
    cluster: Cluster, sink: Sink, most_planned: int, progress: Progress
) -> dict[str, float]:
    """Return a worker's peak memory in MB by number of messages: few, and very many."""
    peaks = {}
    for how_many in (FEW_PLANNED, most_planned):
        task = progress.add_task(f"memory of a worker with {how_many:,} messages", total=None)
        plan_messages(cluster, DATABASE, how_many)
        peaks[str(how_many)] = peak_megabytes(sink.http, how_many)
        progress.update(task, total=1, completed=1)
        if sink.taken() != how_many:
            message = f"the worker did not deliver all {how_many} messages"
            raise RuntimeError(message)
    return peaks


def targets_of(rates: Rates, memory: dict[str, float]) -> list[Target]:
    """Return the figures and their targets; the faster of the SDK's two kinds of batches counts."""
    tls = {name: statistics.median(of["tls"]) for name, of in rates.items()}
    few, many = memory.values()
    return [
        Target("ratio_vs_airflow_send_email_tls", tls[OURS] / tls[AIRFLOW], at_least=200),
        Target(
            "ratio_vs_sdk_batch_tls",
            tls[OURS] / max(tls[SDK_BATCH], tls[SDK_PLAIN_BATCH]),
            at_least=1.5,
        ),
        Target("messages_per_second_end_to_end", tls[OURS], at_least=5_000),
        Target("memory_ratio_1m_vs_10k", many / few, at_most=1.2),
    ]


def rate_table(rates: Rates) -> Table:
    """Return the median rates as a table for the terminal."""
    table = Table("messages per second, median", "HTTP", "TLS and 50 ms")
    for name, of in rates.items():
        table.add_row(name, *(f"{statistics.median(of[each]):,.0f}" for each in ("http", "tls")))
    return table


if __name__ == "__main__":
    main()
