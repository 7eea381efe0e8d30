"""The workers: real processes that do what a run of `send_messages` does, and so can be killed.

They are forked from a server process that has imported everything, so a start takes milliseconds.
Each is its own process with its own connections.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.crash_matrix.naive import send_naively
from demo import guard
from retention.database import connect
from retention.delivery import protocol
from retention.delivery.reconcile import reconcile
from retention.delivery.report import DeliveryStoppedError
from retention.delivery.run import Run
from retention.delivery.settings import DeliverySettings, Sender
from retention.ledger.pre_send_check import ERASURE_KEY_VARIABLE, PreSendCheck
from retention.sendgrid.client import SendGrid

if TYPE_CHECKING:
    from datetime import datetime
    from multiprocessing.process import BaseProcess
    from pathlib import Path

log = logging.getLogger(__name__)

API_KEY = "SG.crash-matrix"
SENDER = Sender("shop@example.com", "Shop")
READ_SECONDS = 1.0  # the faults' hang and slow last longer
ERASURE_KEY = "crash-matrix"
CHECK = PreSendCheck("Europe/Helsinki", frozenset({"winback"}))
SETTINGS = DeliverySettings(SENDER, patience=timedelta(seconds=2), pre_send_check=CHECK)
AHEAD = timedelta(hours=24)

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class Task:
    """One run of a worker.

    Attributes:
        environment: variables that lead to the database and to SendGrid through the proxies.
        now: time of the run.
        clock: file with the number of seconds by which the sandbox's clock is ahead; it changes
            even while a worker is stopped.
        log: file of the worker's log.
        is_naive: whether to be the naive sender instead.
    """

    environment: dict[str, str]
    now: datetime
    clock: Path
    log: Path
    is_naive: bool = False


def start_worker(task: Task) -> BaseProcess:
    """Start a worker; its exit code is 0 unless it failed unexpectedly."""
    process = processes.Process(target=_work, args=(task,), daemon=True)
    process.start()
    return process


def _work(task: Task) -> None:
    guard.end_with_parent()
    os.environ |= task.environment | {ERASURE_KEY_VARIABLE: ERASURE_KEY}
    signal.signal(signal.SIGTERM, _end)
    protocol.Run = partial(Run, wall_clock=partial(_wall_clock, task.clock))
    with task.log.open("a") as file:
        logging.basicConfig(stream=file, level=logging.INFO, force=True)
        try:
            (send_naively if task.is_naive else _send)(task.now)
        except Exception:  # any error must reach the log that the starting process reads
            log.exception("the worker failed")
            file.flush()
            sys.exit(1)


def _end(*_: object) -> None:
    """End once the work in flight is recorded, like the task of a cleared run."""
    sys.exit(0)


def _wall_clock(clock: Path) -> float:
    """Return the sandbox's time from a file, which is as quick as reading a clock."""
    return time.time() + float(clock.read_text())


def _send(now: datetime) -> None:
    url = os.environ["SENDGRID_API_URL"]
    with SendGrid(API_KEY, url, connect_seconds=READ_SECONDS, read_seconds=READ_SECONDS) as client:
        with connect() as connection:
            reconcile(connection, client, SETTINGS, now)
        with suppress(DeliveryStoppedError):  # a later run goes on
            protocol.deliver(connect, client, SETTINGS, now=now, due_until=now + AHEAD)
