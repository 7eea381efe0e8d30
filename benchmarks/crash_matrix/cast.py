"""The workers of a run, their wires, and their ends."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Self

from benchmarks.crash_matrix import naive
from benchmarks.crash_matrix.case import Blow, Case, Verdict
from benchmarks.crash_matrix.http_wire import HttpWatcher
from benchmarks.crash_matrix.postgres_wire import PostgresWatcher, name_of
from benchmarks.crash_matrix.trap import Trap
from benchmarks.crash_matrix.wire import HOST, wire
from benchmarks.crash_matrix.worker import API_KEY, Task, start_worker

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from multiprocessing.process import BaseProcess

    import psycopg

    from benchmarks.crash_matrix.stage import Stage

PATIENCE = 60  # seconds that a worker may take; it is at most some calls of a second each
LOG_LINES = 12
# The moment, and how often it must have come, at which a worker has its share.
CLAIMED = ("claim_messages: answered", 2)
TAKEN = (f"{name_of(naive.TAKE)}: answered", 1)
SIGNALS = {
    Blow.KILL: signal.SIGKILL,
    Blow.STOP: signal.SIGSTOP,
    Blow.CLEAR: signal.SIGTERM,
}


class Cast:
    """The workers of a run: starts them with their wires, strikes them, and notes how they end.

    Use it in a `with` that ends with the run.
    """

    def __init__(self, stage: Stage, case: Case, *, is_naive: bool = False) -> None:
        self.verdict = Verdict(case)
        self._stage = stage
        self._is_naive = is_naive
        self._log = stage.folder / f"{case.name}.log"
        self._steps = list(case.steps)
        self._occurrence = case.occurrence
        self._blow = case.blow
        self._wires = ExitStack()  # of those who outlive their round
        self._stopped: list[BaseProcess] = []
        self._ending: list[BaseProcess] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Leave nobody behind who was stopped, and no wire."""
        for worker in self._stopped:
            worker.kill()
        self._wires.close()

    def play_round(self, now: datetime) -> None:
        """Run two workers at once; whoever is struck is followed by another, as after a clear."""
        with ExitStack() as stack:
            trap = self._next_trap()
            worker = self._start(stack, trap, now)
            # Or the quicker one would have it all.
            trap.wait_for(*(TAKEN if self._is_naive else CLAIMED))
            bystander = self._start(stack, Trap(), now)
            while self._was_struck(worker, trap):
                trap = self._next_trap()
                worker = self._start(stack, trap, now)
            self._wait(bystander)
            self._wait_for_ending()

    def wake(self) -> None:
        """Let who was stopped go on, beside whatever comes next."""
        for worker in self._stopped:
            os.kill(worker.pid, signal.SIGCONT)
        self._ending += self._stopped
        self._stopped = []

    def hear(self, connection: psycopg.Connection, offset: timedelta, now: datetime) -> None:
        """Tell the ledger of events, if the case has it hear by then."""
        hears_from = self.verdict.case.hears_from
        if hears_from is not None and offset >= hears_from:
            self._stage.hear(connection, now)

    def run_alone(self, now: datetime) -> None:
        """Run one worker, whom nobody kills."""
        with ExitStack() as stack:
            self._wait(self._start(stack, Trap(), now))
            self._wait_for_ending()

    def _next_trap(self) -> Trap:
        if not self._steps:
            return Trap()
        return Trap(self._steps[0], self._occurrence, SIGNALS[self._blow])

    def _was_struck(self, worker: BaseProcess, trap: Trap) -> bool:
        trap.wait_for_spring()
        if not trap.is_sprung or self._blow is Blow.KILL:
            self._wait(worker)
        self.verdict.seen += trap.seen
        if trap.is_sprung:
            self._note_blow(worker)
        return trap.is_sprung

    def _note_blow(self, worker: BaseProcess) -> None:
        """Remember what the worker suffered; the next one is killed."""
        step = self._steps.pop(0)
        match self._blow:
            case Blow.KILL:
                self.verdict.kills.append(step)
            case Blow.STOP:
                self.verdict.stops.append(step)
                self._stopped.append(worker)
            case Blow.CLEAR:
                self.verdict.clears.append(step)
                self._ending.append(worker)
        self._occurrence, self._blow = 1, Blow.KILL

    def _start(self, stack: ExitStack, trap: Trap, now: datetime) -> BaseProcess:
        """Start a worker whose wires lead past the trap."""
        stage = self._stage
        if trap.blow is not signal.SIGKILL:
            stack = self._wires
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
        process = start_worker(Task(environment, now, stage.clock, self._log, self._is_naive))
        trap.arm(process)
        return process

    def _wait_for_ending(self) -> None:
        while self._ending:
            self._wait(self._ending.pop())

    def _wait(self, process: BaseProcess) -> None:
        """Wait for a worker's end, and note one that nobody meant."""
        process.join(PATIENCE)
        if process.exitcode is None:
            process.kill()
            self.verdict.errors.append(f"a worker did not end in {PATIENCE} s")
        elif process.exitcode not in {0, -signal.SIGKILL}:
            lines = self._log.read_text().splitlines()
            self.verdict.errors.append("\n".join(lines[-LOG_LINES:]))
