"""dbt as a test runs it: the real one, without its imports and without parsing the project again.

Of each dbt that a test starts, three seconds are imports, and ten more are the parsing of a project
that only lies in another database than the last time. So a process of this session's own imports
dbt once and forks for each call; and what was parsed is kept for all. A fork that has nothing of
its own takes it, with the names of its own database and folder, as what dbt itself kept of the last
time: dbt then looks which files have changed since, and parses those.
"""

from __future__ import annotations

import fcntl
import gc
import hashlib
import importlib
import json
import multiprocessing.util
import os
import shutil
import socket
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgpack

from demo import guard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import ManifestLoader

PROGRAM = """#!{python} -IS
import json, os, signal, socket, sys

server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
call = [sys.argv[1:], os.getcwd(), dict(os.environ)]
socket.send_fds(server, [b"."], [0, 1, 2])
server.sendall(json.dumps(call).encode() + b"\\n")
answers = server.makefile("r")
pid = int(answers.readline())
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, _: os.kill(pid, number))
sys.exit(int(answers.readline() or 1))
"""
ELSEWHERE = {"host", "port", "database", "user"}  # the same project, in another place
PLACES = {"database", "root_path", "project_root"}  # in a parsed project


KEPT_VARIABLE = "PALUU_TEST_PARSED"  # the folder for what was parsed, of all workers of a session

_started = ExitStack()


@cache
def program() -> str:
    """Return the path of a program that does what dbt does, starting it first."""
    return _started.enter_context(running(Path(os.environ[KEPT_VARIABLE])))


def stop() -> None:
    """End what `program` has started."""
    _started.close()


@contextmanager
def running(kept: Path) -> Iterator[str]:
    """Run the process that forks; yield the path of a program that does what dbt does.

    It has dbt's arguments, environment, streams and exit code.

    Args:
        kept: the folder for what was parsed; sessions that run beside each other share it.
    """
    kept.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="dbt-", dir="/tmp"))
    address, program = str(folder / "socket"), folder / "dbt"
    program.write_text(PROGRAM.format(python=sys.executable, address=address))
    program.chmod(0o700)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
        server = guard.start(
            [sys.executable, "-m", __name__, str(listener.fileno()), str(kept)],
            env=environment,
            pass_fds=[listener.fileno()],
        )
    try:
        yield str(program)
    finally:
        guard.kill(server)
        shutil.rmtree(folder)


def _serve(listener: socket.socket, kept: Path) -> None:
    for module in ("dbt.adapters.postgres", "dbt.cli.main"):
        importlib.import_module(module)
    _share_what_is_parsed(kept)
    gc.freeze()
    while True:
        caller, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _answer(caller)
            os._exit(0)
        caller.close()
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # those that have ended meanwhile
                pass


def _answer(caller: socket.socket) -> None:
    """Run what the caller asks for in a fork; tell its number, and its exit code at the end."""
    _, streams, _, _ = socket.recv_fds(caller, 1, 3)
    arguments, folder, environment = json.loads(caller.makefile("r").readline())
    pid = os.fork()
    if pid == 0:
        caller.close()
        os.chdir(folder)
        os.environ.clear()
        os.environ |= environment
        time.tzset()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        os._exit(_dbt(arguments))
    for stream in streams:
        os.close(stream)
    caller.sendall(f"{pid}\n".encode())
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    caller.sendall(f"{code if code >= 0 else 128 - code}\n".encode())


def _dbt(arguments: list[str]) -> int:
    from dbt.cli.main import cli

    sys.argv = ["dbt", *arguments]
    try:
        cli.main(arguments, prog_name="dbt")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        multiprocessing.util._run_finalizers(0)  # as at the end of a process of its own
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _share_what_is_parsed(kept: Path) -> None:
    """Let dbt look among what was parsed elsewhere when it has nothing of its own."""
    from dbt.parser.manifest import ManifestLoader

    read_own = ManifestLoader.read_manifest_for_partial_parse
    write_own = ManifestLoader.write_manifest_for_partial_parse

    def read(loader: ManifestLoader) -> Manifest | None:
        return read_own(loader) or (read_own(loader) if _take(kept, loader) else None)

    def write(loader: ManifestLoader) -> None:
        write_own(loader)
        _keep(kept, loader)

    ManifestLoader.read_manifest_for_partial_parse = read
    ManifestLoader.write_manifest_for_partial_parse = write


def _take(kept: Path, loader: ManifestLoader) -> bool:
    """Put what was parsed elsewhere where dbt looks for its own; false when there is none."""
    file = kept / _key(loader)
    lock = file.with_suffix(".lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    if file.exists():
        _move(file, loader)
        lock.close()
        return True
    loader._parsing = lock  # whoever else wants it waits until it is written, or given up
    return False


def _keep(kept: Path, loader: ManifestLoader) -> None:
    file = kept / _key(loader)
    if not file.exists():
        scratch = file.with_suffix(f".{os.getpid()}")
        here = json.dumps(_place(loader)).encode()
        scratch.write_bytes(here + b"\n" + _own(loader).read_bytes())
        scratch.rename(file)
    if hasattr(loader, "_parsing"):
        loader._parsing.close()


def _key(loader: ManifestLoader) -> str:
    """Return a name for all that a parsed project depends on but its files and its place."""
    check = loader.manifest.state_check
    connection = dict(loader.root_project.credentials.connection_info())
    parts = [
        check.vars_hash.checksum,
        check.project_env_vars_hash.checksum,
        *sorted(f"{name} {each.checksum}" for name, each in check.project_hashes.items()),
        *sorted(f"{name} {value}" for name, value in connection.items() if name not in ELSEWHERE),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _move(file: Path, loader: ManifestLoader) -> None:
    """Put what was parsed where dbt looks for it, as if it had been parsed for this place."""
    there, _, parsed = file.read_bytes().partition(b"\n")
    names = dict(zip(json.loads(there), _place(loader), strict=True))
    moved = _renamed(msgpack.unpackb(parsed), names)
    moved["state_check"] = loader.manifest.state_check.to_dict()
    own = _own(loader)
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_bytes(msgpack.packb(moved))


def _place(loader: ManifestLoader) -> tuple[str, str]:
    """Return what a parsed project has in it of its place: the database, and its own folder."""
    return loader.root_project.credentials.database, loader.root_project.project_root


def _own(loader: ManifestLoader) -> Path:
    return Path(loader.root_project.project_target_path, "partial_parse.msgpack")


def _renamed(part: Any, names: dict[str, str]) -> Any:
    """Return part of a manifest with other names of database and folder in it."""
    if isinstance(part, list):
        return [_renamed(each, names) for each in part]
    if not isinstance(part, dict):
        return part
    renamed = {key: _renamed(each, names) for key, each in part.items()}
    for key in PLACES & renamed.keys():
        renamed[key] = names.get(renamed[key], renamed[key])
    if isinstance(relation := renamed.get("relation_name"), str):
        database, dot, table = relation.partition(".")
        name = database.strip('"')
        renamed["relation_name"] = f'"{names.get(name, name)}"{dot}{table}'
    return renamed


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]))
