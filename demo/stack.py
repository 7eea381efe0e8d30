"""The processes of one machine's Paluu: PostgreSQL, Airflow's four, and the SendGrid sandbox."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import httpx
import psutil

from demo.postgres import Cluster, free_port
from retention.project.shop import read_shop

ROOT = Path(__file__).parents[1]
WAREHOUSE = "paluu"
AIRFLOW_DATABASE = "airflow"
READY_SECONDS = 180
STOP_SECONDS = 20
TAIL_LINES = 30
# Tasks are forked from the scheduler: what it has imported, they need not import again.
WARM_SCHEDULER = """
import sys

if "scheduler" in sys.argv:
    import cosmos.operators.watcher
    import dbt.cli.main
    import great_expectations
"""
# Variables of the person's own shell that would lead the stack elsewhere.
FOREIGN = ("AIRFLOW", "DBT_", "PALUU_", "PG", "PYTHONPATH", "SENDGRID_")
AIRFLOW_PROCESSES = {
    "scheduler": ["scheduler"],
    "dag-processor": ["dag-processor"],
    "triggerer": ["triggerer"],
}


class StackError(RuntimeError):
    """A process of the stack did not start or died; quotes the end of its log."""


@dataclass
class Stack:
    """Everything that runs, with one folder for all it writes.

    Attributes:
        directory: home of the logs, Airflow and the sandbox's mail.
        project: the dbt project that Airflow builds.
        extra_environment: variables for every process, over the stack's own.
    """

    directory: Path
    project: Path = ROOT / "dbt_project"
    extra_environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.directory = self.directory.resolve()
        self.cluster = Cluster(self.directory / "postgres")
        self.api_port = free_port()
        self.sandbox_port = free_port()
        self.api_key = f"SG.{secrets.token_urlsafe(16)}"
        self._secrets = {
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(64),
            "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(32),
            "PALUU_UNSUBSCRIBE_KEY": secrets.token_urlsafe(32),
        }
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def airflow_url(self) -> str:
        """Address of the Airflow UI."""
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def sandbox_url(self) -> str:
        """Address of the sandbox: SendGrid's API, and the inbox for people."""
        return f"http://127.0.0.1:{self.sandbox_port}"

    def environment(self) -> dict[str, str]:
        """Return the environment that every process of the stack runs in."""
        home = self.directory / "airflow"
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)
        }
        return (
            inherited
            | self.cluster.environment(WAREHOUSE)
            | self._secrets
            | {
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": str(ROOT / "plugins"),
                "AIRFLOW_HOME": str(home),
                "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
                "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
                "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
                "AIRFLOW__CORE__PARALLELISM": "4",
                "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
                "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
                "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.airflow_url}/execution/",
                "AIRFLOW__API__BASE_URL": self.airflow_url,
                "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": self.cluster.url(
                    AIRFLOW_DATABASE, "postgresql+psycopg2"
                ),
                "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
                "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "30",
                "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
                "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
                "AIRFLOW__COSMOS__CACHE_DIR": str(home / "cosmos"),
                "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "False",
                "AIRFLOW__COSMOS__ENABLE_WATCHER_RELIABLE_RETRY": "False",
                "AIRFLOW__COSMOS__USE_DATASET_AIRFLOW3_URI_STANDARD": "True",
                "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
                "GX_ANALYTICS_ENABLED": "false",
                "DBT_PROJECT_DIR": str(self.project),
                "DBT_PROFILES_DIR": str(self.project),
                "PALUU_PUBLIC_URL": f"{self.airflow_url}/retention/public",
                "PALUU_DATA_DOCS_DIR": str(self.directory / "data_docs"),
                "SENDGRID_API_KEY": self.api_key,
                "SENDGRID_API_URL": self.sandbox_url,
                "PALUU_TEST_MODE": "1",
                "NO_PROXY": "127.0.0.1,localhost",
            }
            | self.extra_environment
        )

    def write_environment(self) -> Path:
        """Write what a shell needs to reach the warehouse; return the file to source."""
        wanted = ("DBT_", "PG", "PALUU_", "SENDGRID_")
        psql = self.cluster.binaries / "bin"
        lines = [
            f"export {name}={shlex.quote(value)}"
            for name, value in sorted(self.environment().items())
            if name.startswith(wanted)
        ]
        tools = f"{Path(sys.executable).parent}{os.pathsep}{psql}"
        file = self.directory / "env"
        file.touch(mode=0o600)
        file.write_text("\n".join([*lines, f'export PATH={shlex.quote(tools)}:"$PATH"', ""]))
        return file

    def start_postgres(self) -> None:
        """Start PostgreSQL with two fresh databases: the warehouse and Airflow's own."""
        self._stop_leftovers()
        shutil.rmtree(self.directory / "airflow", ignore_errors=True)
        (self.directory / "logs").mkdir(parents=True, exist_ok=True)
        settings = self.directory / "airflow" / "config" / "airflow_local_settings.py"
        settings.parent.mkdir(parents=True)
        settings.write_text(WARM_SCHEDULER)
        self.cluster.start()
        for database in (WAREHOUSE, AIRFLOW_DATABASE):
            self.cluster.drop_database(database)
            self.cluster.create_database(database)

    def start_sandbox(self) -> None:
        """Start the SendGrid sandbox with an empty inbox, and wait until it answers."""
        mail = self.directory / "sandbox.sqlite"
        for file in self.directory.glob(f"{mail.name}*"):
            file.unlink()
        self._start(
            "sandbox",
            [
                sys.executable, "-m", "sandbox", "--port", str(self.sandbox_port),
                "--database", str(mail), "--timezone", read_shop().storefront.shop_timezone,
            ],
        )  # fmt: skip
        self._wait_for("sandbox", f"{self.sandbox_url}/_sandbox/health")

    def start_airflow(self) -> None:
        """Migrate Airflow's database, start its four processes and wait until all are healthy."""
        self._run("airflow-migrate", ["airflow", "db", "migrate"])
        api_server = ["api-server", "--host", "127.0.0.1", "--port", str(self.api_port)]
        for name, arguments in AIRFLOW_PROCESSES.items():
            self._start(name, ["airflow", *arguments])
        self._start("api-server", ["airflow", *api_server, "--workers", "1"])
        self._wait_for("api-server", f"{self.airflow_url}/api/v2/monitor/health", _all_healthy)

    def check_alive(self) -> None:
        """Raise a `StackError` when a process of the stack has died."""
        for name, process in self._processes.items():
            if process.poll() is not None:
                message = f"{name} died (exit code {process.returncode}):\n{self._tail(name)}"
                raise StackError(message)

    def stop(self) -> None:
        """Stop all that was started, and nothing else."""
        for process in self._processes.values():
            _signal_group(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()
        self._processes.clear()
        self.cluster.stop()
        self._register.unlink(missing_ok=True)

    @property
    def _register(self) -> Path:
        return self.directory / "processes.json"

    def _start(self, name: str, command: list[str]) -> None:
        with self._log_of(name) as log:
            # In a session of its own: Ctrl-C reaches the demo alone, which stops all in order.
            self._processes[name] = subprocess.Popen(  # noqa: S603
                command, start_new_session=True, **self._surroundings(log)
            )
        started = {pid.pid: psutil.Process(pid.pid).create_time() for pid in self._running()}
        self._register.write_text(json.dumps(started))

    def _log_of(self, name: str) -> BinaryIO:
        return (self.directory / "logs" / f"{name}.log").open("wb")

    def _surroundings(self, log: BinaryIO) -> dict[str, Any]:
        """Return where a process runs, what it knows, and where it writes."""
        return {
            "cwd": ROOT,
            "env": self.environment(),
            "stdin": subprocess.DEVNULL,
            "stdout": log,
            "stderr": subprocess.STDOUT,
        }

    def _running(self) -> list[subprocess.Popen[bytes]]:
        return [process for process in self._processes.values() if process.poll() is None]

    def _run(self, name: str, command: list[str]) -> None:
        with self._log_of(name) as log:
            finished = subprocess.run(  # noqa: S603
                command, check=False, **self._surroundings(log)
            )
        if finished.returncode != 0:
            message = f"{name} failed:\n{self._tail(name)}"
            raise StackError(message)

    def _wait_for(self, name: str, url: str, is_ready: object = None) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            self.check_alive()
            with contextlib.suppress(httpx.HTTPError):
                answer = httpx.get(url, timeout=5, trust_env=False)
                if answer.is_success and (is_ready is None or is_ready(answer.json())):
                    return
            time.sleep(0.5)
        message = f"{name} did not answer on {url} in {READY_SECONDS} s:\n{self._tail(name)}"
        raise StackError(message)

    def _tail(self, name: str) -> str:
        log = self.directory / "logs" / f"{name}.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-TAIL_LINES:])

    def _stop_leftovers(self) -> None:
        """Stop what an earlier stack in this folder left running when it was killed."""
        if not self._register.exists():
            return
        for pid, created in json.loads(self._register.read_text()).items():
            if _started_at(int(pid)) in {None, created}:
                # Its own, or gone while children may live on: nobody else gets the number then.
                _signal_group(int(pid), signal.SIGKILL)
        self._register.unlink()


def _all_healthy(health: dict) -> bool:
    return all(
        health[part]["status"] == "healthy"
        for part in ("metadatabase", "scheduler", "triggerer", "dag_processor")
    )


def _started_at(pid: int) -> float | None:
    """Return when the process began (Unix time), None when there is none."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return None


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)
