"""The workers of a run: starts them behind proxies, interrupts them, and records how they end."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Self

from benchmarks.crash_matrix import naive
from benchmarks.crash_matrix.case import Case, Interruption, Verdict
from benchmarks.crash_matrix.http_watcher import HttpWatcher
from benchmarks.crash_matrix.kill_point import KillPoint
from benchmarks.crash_matrix.postgres_watcher import PostgresWatcher, name_of
from benchmarks.crash_matrix.proxy import HOST, running_proxy
from benchmarks.crash_matrix.worker import API_KEY, Task, start_worker

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from multiprocessing.process import BaseProcess

    import psycopg

    from benchmarks.crash_matrix.servers import Servers

PATIENCE = 60  # seconds that a worker may take; it makes at most a few calls of a second each
LOG_LINES = 12
# The moment, and its number of occurrences, after which a worker has claimed its share.
CLAIMED = ("claim_messages: answered", 2)
TAKEN = (f"{name_of(naive.TAKE)}: answered", 1)
SIGNALS = {
    Interruption.KILL: signal.SIGKILL,
    Interruption.STOP: signal.SIGSTOP,
    Interruption.CLEAR: signal.SIGTERM,
}


class Crew:
    """The workers of one run; a context manager that ends with the run."""

    def __init__(self, servers: Servers, case: Case, *, is_naive: bool = False) -> None:
        self.verdict = Verdict(case)
        self._servers = servers
        self._is_naive = is_naive
        self._log = servers.folder / f"{case.name}.log"
        self._steps = list(case.steps)
        self._occurrence = case.occurrence
        self._interruption = case.interruption
        self._proxies = ExitStack()  # of workers that outlive their round
        self._stopped: list[BaseProcess] = []
        self._ending: list[BaseProcess] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """Kill the stopped workers and close all proxies."""
        for worker in self._stopped:
            worker.kill()
        self._proxies.close()

    def run_round(self, now: datetime) -> None:
        """Run two workers at once; each interrupted worker is followed by another one."""
        with ExitStack() as stack:
            kill_point = self._next_kill_point()
            worker = self._start(stack, kill_point, now)
            # Otherwise the quicker worker could claim everything.
            kill_point.wait_for(*(TAKEN if self._is_naive else CLAIMED))
            bystander = self._start(stack, KillPoint(), now)
            while self._was_interrupted(worker, kill_point):
                kill_point = self._next_kill_point()
                worker = self._start(stack, kill_point, now)
            self._wait(bystander)
            self._wait_for_ending()

    def resume_stopped(self) -> None:
        """Let stopped workers go on, beside the workers of the next round."""
        for worker in self._stopped:
            os.kill(worker.pid, signal.SIGCONT)
        self._ending += self._stopped
        self._stopped = []

    def receive_events(
        self, connection: psycopg.Connection, offset: timedelta, now: datetime
    ) -> None:
        """Record SendGrid's events in the ledger, if the case has begun to receive them."""
        events_from = self.verdict.case.events_from
        if events_from is not None and offset >= events_from:
            self._servers.receive_events(connection, now)

    def run_one_worker(self, now: datetime) -> None:
        """Run one worker without a kill point."""
        with ExitStack() as stack:
            self._wait(self._start(stack, KillPoint(), now))
            self._wait_for_ending()

    def _next_kill_point(self) -> KillPoint:
        if not self._steps:
            return KillPoint()
        return KillPoint(self._steps[0], self._occurrence, SIGNALS[self._interruption])

    def _was_interrupted(self, worker: BaseProcess, kill_point: KillPoint) -> bool:
        kill_point.wait_until_hit()
        if not kill_point.is_hit or self._interruption is Interruption.KILL:
            self._wait(worker)
        self.verdict.seen += kill_point.seen
        if kill_point.is_hit:
            self._note_interruption(worker)
        return kill_point.is_hit

    def _note_interruption(self, worker: BaseProcess) -> None:
        """Record the interruption; the next one is a kill."""
        step = self._steps.pop(0)
        match self._interruption:
            case Interruption.KILL:
                self.verdict.kills.append(step)
            case Interruption.STOP:
                self.verdict.stops.append(step)
                self._stopped.append(worker)
            case Interruption.CLEAR:
                self.verdict.clears.append(step)
                self._ending.append(worker)
        self._occurrence, self._interruption = 1, Interruption.KILL

    def _start(self, stack: ExitStack, kill_point: KillPoint, now: datetime) -> BaseProcess:
        """Start a worker whose connections pass through proxies that watch for the kill point."""
        servers = self._servers
        if kill_point.signal_number is not signal.SIGKILL:
            stack = self._proxies
        to_postgres = running_proxy(servers.cluster.port, partial(PostgresWatcher, kill_point))
        to_sendgrid = running_proxy(servers.sandbox.base_url.port, partial(HttpWatcher, kill_point))
        environment = {
            "PGPORT": str(stack.enter_context(to_postgres)),
            "PGDATABASE": os.environ["PGDATABASE"],
            "PGSSLMODE": "disable",
            "PGGSSENCMODE": "disable",
            "SENDGRID_API_KEY": API_KEY,
            "SENDGRID_API_URL": f"http://{HOST}:{stack.enter_context(to_sendgrid)}",
        }
        environment |= {name: os.environ[name] for name in ("PGHOST", "PGUSER", "PGPASSWORD")}
        process = start_worker(Task(environment, now, servers.clock, self._log, self._is_naive))
        kill_point.attach(process)
        return process

    def _wait_for_ending(self) -> None:
        while self._ending:
            self._wait(self._ending.pop())

    def _wait(self, process: BaseProcess) -> None:
        """Wait for a worker to end, and record an unexpected end."""
        process.join(PATIENCE)
        if process.exitcode is None:
            process.kill()
            self.verdict.errors.append(f"a worker did not end in {PATIENCE} s")
        elif process.exitcode not in {0, -signal.SIGKILL}:
            lines = self._log.read_text().splitlines()
            self.verdict.errors.append("\n".join(lines[-LOG_LINES:]))
