"""Whatever this process starts ends with it, however it ends: Ctrl-C, a crash, SIGKILL.

A watchdog, a process of its own, holds the reading end of a pipe. The kernel closes the writing
end when this process is gone, and the watchdog then kills the sessions and the PostgreSQL servers
that it was told of and that are still there. That works on Linux and on macOS.

The watchdog is a net: who ends in order stops what it started, and leaves nothing to do.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from collections.abc import Sequence

START_SECONDS = 0.5  # a server that just starts has written down its number by then
SERVER_SECONDS = 10


def start(command: Sequence[str | Path], **options: Any) -> subprocess.Popen[Any]:
    """Start a command in a session of its own, which Ctrl-C does not reach.

    Args:
        command: the program and its arguments.
        options: more arguments of `subprocess.Popen`.
    """
    process = subprocess.Popen(command, start_new_session=True, **options)  # noqa: S603
    _tell(session=process.pid)
    return process


def end(process: subprocess.Popen[Any], number: signal.Signals = signal.SIGTERM) -> None:
    """Send a signal to a started command and to those of its children that stayed in its group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def kill(process: subprocess.Popen[Any]) -> None:
    """Kill a started command and all its children, and wait for it."""
    _kill_session(process.pid)
    process.wait()


def end_with_parent() -> None:
    """End this process, which `multiprocessing` started, as soon as its parent is gone."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def watch_server(data: Path, *, remove: Path | None) -> None:
    """Let a PostgreSQL server end with this process.

    Args:
        data: the server's data directory.
        remove: the folder to delete once the server has ended.
    """
    _tell(server=str(data), remove=remove and str(remove))


def forget_server(data: Path) -> None:
    """Say that the server has ended."""
    _tell(ended=str(data))


class _Watchdog:
    """The watchdog of this process, seen from this process."""

    def __init__(self) -> None:
        reading, self._writing = os.pipe()
        # A forked child would keep the pipe open after this process.
        os.register_at_fork(after_in_child=self._let_go)
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", __file__],
            stdin=reading,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(reading)
        atexit.register(self._dismiss, os.getpid())

    def tell(self, words: dict[str, Any]) -> None:
        """Send a line."""
        os.write(self._writing, f"{json.dumps(words)}\n".encode())

    def _let_go(self) -> None:
        global _watchdog  # noqa: PLW0603 - one per process, and a fork is another process
        os.close(self._writing)
        self._process.returncode = 0  # not the child's to wait for
        _watchdog = None

    def _dismiss(self, pid: int) -> None:
        if pid == os.getpid():
            os.close(self._writing)
            self._process.wait()


_watchdog: _Watchdog | None = None


def _tell(**words: Any) -> None:
    global _watchdog  # noqa: PLW0603
    if _watchdog is None:
        _watchdog = _Watchdog()
    _watchdog.tell(words)


def _main() -> None:
    """Listen until the pipe closes, and then end what is left."""
    sessions: dict[int, float | None] = {}
    servers: dict[str, str | None] = {}
    for line in sys.stdin:
        match json.loads(line):
            case {"session": pid}:
                sessions[pid] = _started_at(pid)
            case {"server": data, "remove": folder}:
                servers[data] = folder
            case {"ended": data}:
                servers.pop(data, None)
    _end_all(sessions, servers)


def _end_all(sessions: dict[int, float | None], servers: dict[str, str | None]) -> None:
    for pid, started in sessions.items():
        # A leader that began at another time is somebody else's: the number was used again.
        if _started_at(pid) in {None, started}:
            _kill_session(pid)
    if servers:
        time.sleep(START_SECONDS)
    for data, folder in servers.items():
        _end_server(Path(data), folder)


def _kill_session(leader: int) -> None:
    # Not by group: Airflow gives each task a group of its own.
    for process in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):
            if os.getsid(process.pid) == leader:
                process.kill()


def _end_server(data: Path, folder: str | None) -> None:
    with contextlib.suppress(OSError, ValueError, psutil.Error):
        server = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
        if "postgres" in server.name():
            server.send_signal(signal.SIGQUIT)  # it recovers at its next start what it has not kept
            server.wait(SERVER_SECONDS)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _started_at(pid: int) -> float | None:
    """Return when the process began (Unix time), None when there is none."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return None


if __name__ == "__main__":
    _main()
