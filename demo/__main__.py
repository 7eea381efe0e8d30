"""`python -m demo`: one real night on real purchases, from raw tables to an inbox."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from demo import guard
from demo.airflow_api import AirflowApi, AirflowError, RunProgress
from demo.postgres import PostgresError
from demo.stack import ROOT, Stack, StackError
from demo.summary import NightIncompleteError, show_summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WHOLE_DAY_HOURS = 24

console = Console()


def main() -> int:
    """Run the demo; return the exit code."""
    arguments = _parse_arguments()
    directory = Path(os.environ.get("PALUU_DEMO_DIR", ROOT / ".demo"))
    # However it is told to end, the demo stops what it started in order.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        with _only_one(directory), _running(Stack(directory)) as stack:
            _play_night(stack)
            show_summary(console, stack)
            if not arguments.once:
                _stay(stack)
    except KeyboardInterrupt:
        return 130
    except (AirflowError, NightIncompleteError, PostgresError, StackError) as error:
        console.print(f"[bold red]{type(error).__name__}[/]", highlight=False)
        console.print(str(error), markup=False, highlight=False)
        console.print(f"The logs are in {directory / 'logs'}.", highlight=False)
        return 1
    return 0


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument(
        "--once", action="store_true", help="stop after the night instead of staying up"
    )
    return parser.parse_args()


@contextlib.contextmanager
def _only_one(directory: Path) -> Iterator[None]:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)  # people's mails are in it
    with (directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"a demo runs already in {directory}; stop it, or set PALUU_DEMO_DIR"
            raise StackError(message) from None
        yield


@contextlib.contextmanager
def _running(stack: Stack) -> Iterator[Stack]:
    try:
        yield stack
    finally:
        with _step("Stop everything"):
            stack.stop()


def _play_night(stack: Stack) -> None:
    with _step("Start PostgreSQL"):
        stack.start_postgres()
    with _step("Build the dbt manifest, migrate the ledger"):
        _run(stack, "retention", "check")
        _run(stack, "retention", "migrate")
    with ThreadPoolExecutor() as pool, _step("Start Airflow and the sandbox"):
        started = [pool.submit(stack.start_sandbox), pool.submit(stack.start_airflow)]
        try:
            _run(stack, "sample_shops", "complete-journey", is_shown=True)
            for future in started:
                future.result()
        except BaseException:
            stack.stop()  # else the pool would wait until all is up
            raise
    with AirflowApi(stack.airflow_url, stack.activity) as airflow:
        # Before the first mail, so that every event of it is reported.
        _run_dag(airflow, "sync_sendgrid")
        began = time.monotonic()
        _run_dag(airflow, "refresh_segments")
        _run_dag(airflow, "send_messages", hours_ahead=WHOLE_DAY_HOURS)
    console.print(f"The night took {time.monotonic() - began:.0f} s, trigger to last mail.")


def _run(stack: Stack, module: str, *arguments: str, is_shown: bool = False) -> None:
    """Run the command of a package in the stack's environment."""
    process = guard.start(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=stack.environment(),
        stdin=subprocess.DEVNULL,
        stdout=None if is_shown else subprocess.PIPE,
        stderr=None if is_shown else subprocess.STDOUT,
        text=True,
    )
    output, _ = process.communicate()
    if process.returncode != 0:
        message = f"{module} {' '.join(arguments)} failed:\n{output or '(see above)'}"
        raise StackError(message)


def _run_dag(airflow: AirflowApi, dag_id: str, **form: object) -> None:
    airflow.wait_for_dag(dag_id)
    run_id = airflow.trigger(dag_id, **form)
    airflow.unpause(dag_id)
    with _progress_bar(dag_id) as report:
        state = airflow.wait(dag_id, run_id, report)
    if state != "success":
        message = f"{dag_id} ended as {state}:\n{airflow.failures(dag_id, run_id)}"
        raise AirflowError(message)


@contextlib.contextmanager
def _step(title: str) -> Iterator[None]:
    began = time.monotonic()
    console.print(f"{title} ...", highlight=False)
    yield
    console.print(f"{title}: {time.monotonic() - began:.1f} s", style="green", highlight=False)


@contextlib.contextmanager
def _progress_bar(title: str) -> Iterator[Callable[[RunProgress], None]]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<18}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} tasks"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[running]}", style="dim"),
    )
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task(title, total=1, running="")

        def report(state: RunProgress) -> None:
            running = ", ".join(state.running[:2])
            progress.update(bar, completed=state.done, total=state.total or 1, running=running)

        yield report


def _stay(stack: Stack) -> None:
    console.print("Everything stays up until Ctrl-C.", style="bold")
    while True:
        stack.check_alive()
        time.sleep(2)


if __name__ == "__main__":
    sys.exit(main())
