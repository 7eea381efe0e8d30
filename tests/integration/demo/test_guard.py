"""What a run has started is gone soon after it, however it ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from demo.postgres import Cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
GONE_SECONDS = 120  # of a machine that does much else

STACK = """
import sys, time
from pathlib import Path
from demo.stack import Stack

stack = Stack(Path(sys.argv[1]))
stack.start_postgres()
stack.start_sandbox()
stack._start("parent", ["bash", "-c", "set -m; sleep 1000 & sleep 1000"])
print("up", flush=True)
time.sleep(1000)
"""
SERVER = """
import sys, time
from pathlib import Path
from demo.postgres import Cluster

Cluster(Path(sys.argv[1]) / "postgres", is_throw_away=True).start()
print("up", flush=True)
time.sleep(1000)
"""
POOL = """
import multiprocessing, sys, time
from pathlib import Path
from demo import guard

def work(folder):
    guard.end_with_parent()
    time.sleep(1000)

if __name__ == "__main__":
    for method in ("spawn", "forkserver"):
        context = multiprocessing.get_context(method)
        context.Process(target=work, args=(sys.argv[1],), daemon=True).start()
    time.sleep(5)
    print("up", flush=True)
    time.sleep(1000)
"""
# `make test`, of a part that runs a server.
TEST = f"""
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

run = SourceFileLoader("run", {str(ROOT / ".ci" / "test")!r}).load_module()
run.BUILD = Path(sys.argv[1])
run.PARTS = {{"tests": [sys.executable, "-c", {SERVER!r}, sys.argv[1]]}}
sys.exit(run.main([]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    Cluster(tmp_path / "postgres").remove()


@contextlib.contextmanager
def _running(program: str, folder: Path) -> Iterator[list[psutil.Process]]:
    """Run a program; once it says that it is up, yield it and all that it has started."""
    # A shell's background job ignores Ctrl-C, and so would these programs if the tests are in one.
    default = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    (folder / "program.py").write_text(default + program)
    command = [sys.executable, folder / "program.py", folder]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "plugins")])}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout.readline().split()[-1] == "up"
        try:
            yield [psutil.Process(run.pid), *_of_folder(folder)]
        finally:
            if sys.exc_info()[0]:
                run.kill()  # nobody has ended it


def _of_folder(folder: Path) -> list[psutil.Process]:
    """Return every process that names the folder, or the server's, and what those have started."""
    named = {str(folder), str(Cluster(folder / "postgres").directory)}
    found = set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            words = [*process.cmdline(), *process.environ().values()]
            if process.pid != os.getpid() and any(name in word for name in named for word in words):
                found |= {process, *process.children(recursive=True)}
    return list(found)


def _left(processes: list[psutil.Process]) -> list[str]:
    deadline = time.monotonic() + GONE_SECONDS
    while time.monotonic() < deadline:
        left = [each for each in processes if _lives(each)]
        if not left:
            return []
        time.sleep(0.2)
    return [str(each) for each in left]


def _lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize(("program", "fewest"), [(STACK, 8), (SERVER, 5), (POOL, 4), (TEST, 6)])
def test_nothing_of_a_run_outlives_it(
    folder: Path, program: str, fewest: int, number: signal.Signals
) -> None:
    with _running(program, folder) as processes:
        assert len(processes) > fewest
        processes[0].send_signal(number)
    assert _left(processes) == []
    assert _of_folder(folder) == []


def test_what_was_thrown_away_is_deleted_too(folder: Path) -> None:
    with _running(SERVER, folder) as processes:
        assert Cluster(folder / "postgres").directory.exists()
        processes[0].kill()
    assert _left(processes) == []
    assert not Cluster(folder / "postgres").directory.exists()
