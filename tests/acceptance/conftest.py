"""A complete Paluu for this session: PostgreSQL, Airflow, the sandbox and a tenth of the shop."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
import pytest
import yaml

from demo.airflow_api import AirflowApi, RunProgress
from demo.stack import ROOT, WAREHOUSE, Stack
from retention.ledger.migration import migrate
from retention.project.shop import read_shop
from retention.rewards.quarters import Quarter
from sample_shops.complete_journey.load import load_complete_journey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

REWARDS = "grant_quarterly_rewards"
KEEP_EVERY = 10  # households: one in ten is enough for every campaign to find somebody


@dataclass
class House:
    """The running product, with methods that run nights in it."""

    stack: Stack
    airflow: AirflowApi
    connection: psycopg.Connection

    def play_night(self, night: date, *, dry_run: bool = False) -> Night:
        """Run `refresh_segments` for `night` and then `send_messages`, as a user would."""
        run_id = self._run("refresh_segments", as_of=night.isoformat(), dry_run=dry_run)
        self._run("send_messages", hours_ahead=71)
        return Night(self, night, run_id)

    def clear_night(self, night: Night) -> None:
        """Clear the night's whole run, as the button in the UI does, and send its messages."""
        self.airflow.clear("refresh_segments", night.run_id)
        self._wait("refresh_segments", night.run_id)
        self._run("send_messages", hours_ahead=71)

    def close_quarter(self, quarter: Quarter) -> str:
        """Trigger a quarter's rewards, as a user would; return the run."""
        self.airflow.wait_for_dag(REWARDS)
        run_id = self.airflow.trigger(REWARDS, quarter=str(quarter))
        self.airflow.unpause(REWARDS)
        return run_id

    def end_of_quarter(self, run_id: str) -> str:
        """Wait for the end of a quarter's run; return `success` or `failed`."""
        return self._wait(REWARDS, run_id)

    def quarter_tasks(self, run_id: str) -> dict[str, str]:
        """States of the tasks of a quarter's run by task id."""
        return {task["task_id"]: task["state"] for task in self.airflow.tasks(REWARDS, run_id)}

    def log(self, night: Night, task_id: str) -> str:
        """Return the end of the log of a task's latest attempt in the night's run."""
        tasks = self.airflow.tasks("refresh_segments", night.run_id)
        (task,) = (task for task in tasks if task["task_id"] == task_id)
        return self.airflow.log("refresh_segments", night.run_id, task, lines=40)

    def _run(self, dag_id: str, **form: object) -> str:
        run_id = self.airflow.trigger(dag_id, **form)
        self.airflow.unpause(dag_id)
        self._wait(dag_id, run_id)
        return run_id

    def _wait(self, dag_id: str, run_id: str) -> str:
        """Wait for the end of a run; print whenever a tenth of its tasks is done."""
        tenths = set()

        def report(progress: RunProgress) -> None:
            tenth = 10 * progress.done // max(1, progress.total)
            if tenth not in tenths:
                tenths.add(tenth)
                print(f"{dag_id}: {progress.done} of {progress.total} tasks", flush=True)  # noqa: T201

        return self.airflow.wait(dag_id, run_id, report)

    def rows(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self.connection.execute(statement, parameters).fetchall()

    def mail_requests(self) -> list[dict[str, Any]]:
        """Return the body of every mail/send that the sandbox has seen."""
        with closing(sqlite3.connect(self.stack.directory / "sandbox.sqlite")) as mail:
            bodies = mail.execute("select body from requests where path = '/v3/mail/send'")
            return [json.loads(body) for (body,) in bodies]

    def audit(self) -> dict[str, Any]:
        """Return the sandbox's own record of the mail, independent of our ledger."""
        answer = httpx.get(f"{self.stack.sandbox_url}/_sandbox/audit", trust_env=False)
        return answer.raise_for_status().json()


@dataclass
class Night:
    """A night that was run."""

    house: House
    date: date
    run_id: str

    @property
    def state(self) -> str:
        """How the run ended, `success` or `failed`."""
        return self.house.airflow.state("refresh_segments", self.run_id)

    @property
    def task_states(self) -> dict[str, str]:
        """States of the run's tasks by task id."""
        tasks = self.house.airflow.tasks("refresh_segments", self.run_id)
        return {task["task_id"]: task["state"] for task in tasks}

    @property
    def decisions(self) -> list[tuple[Any, ...]]:
        """Every recorded decision of the night, whole, in a fixed order."""
        return self.house.rows(
            "select campaign, customer_id, occasion, outcome, reason, outcome_reason, score,"
            " send_at, evidence::text, context::text from ledger.decisions where night = %s"
            " order by campaign, customer_id, occasion",
            self.date,
        )

    @property
    def audience(self) -> set[tuple[str, str, str]]:
        """Campaign, customer and occasion of every candidate."""
        return {row[:3] for row in self.decisions}

    def outcomes(self, campaign: str) -> set[str]:
        """The decisions for the candidates of a campaign."""
        return {row[3] for row in self.decisions if row[0] == campaign}

    @property
    def sent(self) -> set[tuple[str, str, str]]:
        """Campaign, customer and occasion of this night's messages that SendGrid accepted."""
        return set(
            self.house.rows(
                "select campaign, customer_id, occasion from ledger.messages"
                " where night = %s and state = 'accepted'",
                self.date,
            )
        )


@pytest.fixture(scope="session")
def today() -> date:
    """The latest night that is run; the data end on the day before."""
    zone = read_shop().zone
    return datetime.now(tz=zone).date()  # noqa: TID251


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, today: date) -> Iterator[House]:
    directory = tmp_path_factory.mktemp("house")
    stack = Stack(directory, project=_project_copy(directory), is_throw_away=True)
    try:
        stack.start_postgres()
        _prepare(stack, today)
        stack.start_sandbox()
        stack.start_airflow()
        warehouse = stack.cluster.url(WAREHOUSE)
        with (
            AirflowApi(stack.airflow_url, stack.activity) as airflow,
            psycopg.connect(warehouse, autocommit=True) as connection,
        ):
            for dag_id in ("refresh_segments", "send_messages"):
                airflow.wait_for_dag(dag_id)
            yield House(stack, airflow, connection)
    finally:
        stack.stop()
        stack.cluster.remove()


@pytest.fixture(scope="session")
def quarters(today: date) -> list[Quarter]:
    """The two latest quarters that are over, the latest first."""
    latest = Quarter.closed_on(today)
    return [latest, Quarter.closed_on(latest.close_date - timedelta(days=1))]


@pytest.fixture(scope="session")
def approved(house: House, quarters: list[Quarter]) -> str:
    """The run of the latest quarter, which a person has approved."""
    run_id = house.close_quarter(quarters[0])
    house.airflow.question(REWARDS, run_id, "approve")
    house.airflow.answer(REWARDS, run_id, "approve", "Approve", reason="looks right")
    house.end_of_quarter(run_id)
    return run_id


def _project_copy(directory: Path) -> Path:
    """Copy the dbt project.

    Nights of the last ten days may send what they still can, and a person has a minute and a half
    to decide on a quarter's rewards.
    """
    project = directory / "dbt_project"
    ignored = shutil.ignore_patterns("target", "logs")
    shutil.copytree(ROOT / "dbt_project", project, ignore=ignored)
    file = project / "dbt_project.yml"
    settings = yaml.safe_load(file.read_text())
    settings["vars"]["night_sends_within_days"] = 10
    settings["vars"]["rewards_approval_days"] = 0.001
    file.write_text(yaml.safe_dump(settings, sort_keys=False))
    for campaign in (project / "campaigns").glob("*/*.yml"):
        patient = re.sub(r"expires_days: \d+", "expires_days: 10", campaign.read_text())
        campaign.write_text(patient)
    return project


def _prepare(stack: Stack, today: date) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in stack.cluster.environment(WAREHOUSE).items():
            patch.setenv(name, value)
        migrate()
        with psycopg.connect(autocommit=True) as connection:
            load_complete_journey(connection, today - timedelta(days=1), lambda *_: None)
            _keep_a_tenth(connection)
    subprocess.run(
        [sys.executable, "-m", "retention", "check"], env=stack.environment(), check=True
    )


def _keep_a_tenth(connection: psycopg.Connection) -> None:
    gone = f"customer_id::bigint %% {KEEP_EVERY} <> 0".replace("%%", "%")
    connection.execute(
        "delete from raw.order_lines where order_id in"
        f" (select order_id from raw.orders where {gone})"
    )
    for table in ("orders", "consents", "customers"):
        connection.execute(f"delete from raw.{table} where {gone}")
    connection.execute("analyze")
