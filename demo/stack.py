"""The processes of one machine's Paluu: PostgreSQL, Airflow's four, and the SendGrid sandbox."""

from __future__ import annotations

import contextlib
import os
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import httpx

from demo import guard
from demo.patience import Patience
from demo.postgres import Cluster, free_port
from retention.project.shop import read_shop

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
WAREHOUSE = "paluu"
AIRFLOW_DATABASE = "airflow"
STOP_SECONDS = 20
READ_SECONDS = 30
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
        is_throw_away: trade the database's durability for speed; for tests.
    """

    directory: Path
    project: Path = ROOT / "dbt_project"
    extra_environment: dict[str, str] = field(default_factory=dict)
    is_throw_away: bool = False

    def __post_init__(self) -> None:
        self.directory = self.directory.resolve()
        self.cluster = Cluster(self.directory / "postgres", self.is_throw_away)
        self.api_port = free_port()
        self.sandbox_port = free_port()
        self.api_key = f"SG.{secrets.token_urlsafe(16)}"
        self._secrets = {
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(64),
            "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(32),
            "PALUU_UNSUBSCRIBE_KEY": secrets.token_urlsafe(32),
        }
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._is_stopped = False

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
                # A slow machine may take its time.
                "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "600",
                "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "600",
                "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "3600",
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
        self._wait_for("api-server", f"{self.airflow_url}/api/v2/monitor/health", _unhealthy)

    def activity(self) -> int:
        """Return how much the tasks have logged by now, dbt's lines among it, in bytes."""
        logs = (self.directory / "airflow" / "logs").glob("dag_id=*/**/*.log")
        return sum(log.stat().st_size for log in logs)

    def check_alive(self) -> None:
        """Raise a `StackError` when a process of the stack has died."""
        self._raise_if_stopped()
        for name, process in self._processes.items():
            if process.poll() is not None:
                message = f"{name} died (exit code {process.returncode}):\n{self._tail(name)}"
                raise StackError(message)

    def stop(self) -> None:
        """Stop all that was started, and nothing else; it cannot be started again."""
        self._is_stopped = True
        processes = list(self._processes.values())
        for process in processes:
            guard.end(process)
        deadline = time.monotonic() + STOP_SECONDS
        for process in processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            guard.kill(process)
        self.cluster.stop()

    def _start(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        self._raise_if_stopped()
        with self._log_of(name) as log:
            self._processes[name] = guard.start(command, **self._surroundings(log))
        return self._processes[name]

    def _raise_if_stopped(self) -> None:
        if self._is_stopped:
            message = "the stack was stopped while it started"
            raise StackError(message)

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

    def _run(self, name: str, command: list[str]) -> None:
        if self._start(name, command).wait() != 0:
            message = f"{name} failed:\n{self._tail(name)}"
            raise StackError(message)
        del self._processes[name]

    def _wait_for(
        self, name: str, url: str, not_ready: Callable[[dict], list[str]] = lambda _: []
    ) -> None:
        """Wait until a process answers, and `not_ready` finds nothing in its answer."""
        patience, seen = Patience(), [self._tail(name)]
        while not patience.is_over(seen):
            self.check_alive()
            try:
                answer = httpx.get(url, timeout=READ_SECONDS, trust_env=False).raise_for_status()
            except httpx.HTTPError:
                seen = [self._tail(name)]
            else:
                seen = not_ready(answer.json())
                if not seen:
                    return
            time.sleep(0.5)
        message = f"{name} is not ready on {url}:\n{self._tail(name)}"
        raise StackError(message)

    def _tail(self, name: str) -> str:
        log = self.directory / "logs" / f"{name}.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-TAIL_LINES:])


def _unhealthy(health: dict) -> list[str]:
    parts = ("metadatabase", "scheduler", "triggerer", "dag_processor")
    return [part for part in parts if health[part]["status"] != "healthy"]
