"""The workers of a run, their wires, and their ends."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from tests.benchmarks.crash_matrix.case import Case, Verdict
from tests.benchmarks.crash_matrix.http_wire import HttpWatcher
from tests.benchmarks.crash_matrix.postgres_wire import PostgresWatcher
from tests.benchmarks.crash_matrix.trap import Trap
from tests.benchmarks.crash_matrix.wire import HOST, wire
from tests.benchmarks.crash_matrix.worker import API_KEY, Task, start_worker

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from multiprocessing.process import BaseProcess

    import psycopg

    from tests.benchmarks.crash_matrix.stage import Stage

PATIENCE = 60  # seconds that a worker may take; it is at most some calls of a second each
LOG_LINES = 12
CLAIMED = "claim_messages: answered"


class Cast:
    """The workers of a run: starts them with their wires, kills them, and notes how they end."""

    def __init__(self, stage: Stage, case: Case, *, is_naive: bool = False) -> None:
        self.verdict = Verdict(case)
        self._stage = stage
        self._is_naive = is_naive
        self._log = stage.folder / f"{case.name}.log"
        self._steps = list(case.steps)
        self._occurrence = case.occurrence

    def play_round(self, now: datetime) -> None:
        """Run two workers at once; whoever is killed is followed by another, as after a clear."""
        with ExitStack() as stack:
            trap = self._next_trap()
            worker = self._start(stack, trap, now)
            if not self._is_naive:
                trap.wait_for(CLAIMED, 2)  # or the quicker one would have it all
            bystander = self._start(stack, Trap(), now)
            while self._was_killed(worker, trap):
                trap = self._next_trap()
                worker = self._start(stack, trap, now)
            self._wait(bystander)

    def hear(self, connection: psycopg.Connection, offset: timedelta, now: datetime) -> None:
        """Tell the ledger of events, if the case has it hear by then."""
        hears_from = self.verdict.case.hears_from
        if hears_from is not None and offset >= hears_from:
            self._stage.hear(connection, now)

    def run_alone(self, now: datetime) -> None:
        """Run one worker, whom nobody kills."""
        with ExitStack() as stack:
            self._wait(self._start(stack, Trap(), now))

    def _next_trap(self) -> Trap:
        return Trap(self._steps[0], self._occurrence) if self._steps else Trap()

    def _was_killed(self, worker: BaseProcess, trap: Trap) -> bool:
        self._wait(worker)
        self.verdict.seen += trap.seen
        if trap.is_sprung:
            self.verdict.kills.append(self._steps.pop(0))
            self._occurrence = 1
        return trap.is_sprung

    def _start(self, stack: ExitStack, trap: Trap, now: datetime) -> BaseProcess:
        """Start a worker whose wires lead past the trap."""
        stage = self._stage
        to_postgres = wire(stage.cluster.port, partial(PostgresWatcher, trap))
        to_sendgrid = wire(stage.sandbox.base_url.port, partial(HttpWatcher, trap))
        environment = {
            "PGPORT": str(stack.enter_context(to_postgres)),
            "PGDATABASE": os.environ["PGDATABASE"],
            "PGSSLMODE": "disable",
            "PGGSSENCMODE": "disable",
            "SENDGRID_API_KEY": API_KEY,
            "SENDGRID_API_URL": f"http://{HOST}:{stack.enter_context(to_sendgrid)}",
        }
        environment |= {name: os.environ[name] for name in ("PGHOST", "PGUSER", "PGPASSWORD")}
        process = start_worker(Task(environment, now, self._log, self._is_naive))
        trap.arm(process)
        return process

    def _wait(self, process: BaseProcess) -> None:
        """Wait for a worker's end, and note one that nobody meant."""
        process.join(PATIENCE)
        if process.exitcode is None:
            process.kill()
            self.verdict.errors.append(f"a worker did not end in {PATIENCE} s")
        elif process.exitcode not in {0, -signal.SIGKILL}:
            lines = self._log.read_text().splitlines()
            self.verdict.errors.append("\n".join(lines[-LOG_LINES:]))
