"""The workers: processes that do what a run of `send_messages` does, and die when they are killed.

They are forked from a server process that has imported everything, so that a start takes
milliseconds; each is a process of its own, with its own connections.
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

from demo import guard
from retention.database import connect
from retention.delivery import protocol
from retention.delivery.reconcile import reconcile
from retention.delivery.report import DeliveryStoppedError
from retention.delivery.run import Run
from retention.delivery.sendgrid import SendGrid
from retention.delivery.settings import DeliverySettings, Sender
from retention.ledger.last_look import ERASURE_KEY_VARIABLE, LastLook
from tests.benchmarks.crash_matrix.naive import send_naively

if TYPE_CHECKING:
    from datetime import datetime
    from multiprocessing.process import BaseProcess
    from pathlib import Path

log = logging.getLogger(__name__)

API_KEY = "SG.crash-matrix"
SENDER = Sender("shop@example.com", "Shop")
READ_SECONDS = 1.0  # the faults' hang and slow last longer
ERASURE_KEY = "crash-matrix"
LOOK = LastLook("Europe/Helsinki", frozenset({"winback"}))
SETTINGS = DeliverySettings(SENDER, patience=timedelta(seconds=2), last_look=LOOK)
AHEAD = timedelta(hours=24)

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class Task:
    """One run of a worker.

    Attributes:
        environment: leads to the database and to SendGrid, through the watched wires.
        now: the present moment, aware.
        clock: tells how far the sandbox's clock is ahead: by it the days pass, also while a worker
            is stopped.
        log: where it logs.
        is_naive: be the naive sender instead.
    """

    environment: dict[str, str]
    now: datetime
    clock: Path
    log: Path
    is_naive: bool = False


def start_worker(task: Task) -> BaseProcess:
    """Start a worker; its exit code is 0 unless it failed in a way that is not meant to be."""
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
        except Exception:  # whatever it is, the one who started it is to read it
            log.exception("the worker failed")
            file.flush()
            sys.exit(1)


def _end(*_: object) -> None:
    """End as soon as what is under way is recorded, as the task of a run that is cleared."""
    sys.exit(0)


def _wall_clock(clock: Path) -> float:
    """Return the sandbox's present: read as quickly as a clock is, unlike by a call."""
    return time.time() + float(clock.read_text())


def _send(now: datetime) -> None:
    url = os.environ["SENDGRID_API_URL"]
    with SendGrid(API_KEY, url, connect_seconds=READ_SECONDS, read_seconds=READ_SECONDS) as client:
        with connect() as connection:
            reconcile(connection, client, SETTINGS, now)
        with suppress(DeliveryStoppedError):  # a later run goes on
            protocol.deliver(connect, client, SETTINGS, now=now, due_until=now + AHEAD)
