"""Airflow's public REST API, as far as driving a run from outside needs it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import httpx

from demo.patience import STALLED_SECONDS, Patience

if TYPE_CHECKING:
    from collections.abc import Callable

HEARTBEATS = 3
POLL_SECONDS = 2  # every look costs the api-server, which the tasks need more
FINISHED = {"success", "failed"}
FINISHED_TASKS = {"success", "failed", "skipped", "upstream_failed", "removed"}


class AirflowError(RuntimeError):
    """Airflow did not do what was asked; says which DAG and task, and quotes the log."""


@dataclass(frozen=True)
class RunProgress:
    """How far a DAG run is: tasks done of all, and the names of those that run now."""

    done: int
    total: int
    running: tuple[str, ...]


class AirflowApi:
    """A client that may do everything, of an Airflow on this machine; use it in a `with`.

    Waiting ends when nothing has moved for long: neither what Airflow says nor `activity`.
    """

    def __init__(self, url: str, activity: Callable[[], object]) -> None:
        """Log in.

        Args:
            url: where Airflow is.
            activity: looks at what the tasks do; it returns something else whenever they did it.
        """
        self._activity = activity
        self._http = httpx.Client(base_url=url, timeout=STALLED_SECONDS, trust_env=False)
        token = self._http.get("/auth/token").raise_for_status().json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._http.close()

    def wait_for_dag(self, dag_id: str) -> None:
        """Wait until Airflow knows the DAG.

        Raises:
            AirflowError: a DAG file cannot be imported, or no more DAGs appear.
        """
        patience = Patience()
        while self._http.get(f"/api/v2/dags/{dag_id}").status_code != httpx.codes.OK:
            for error in self._get("/api/v2/importErrors")["import_errors"]:
                message = f"{error['filename']} cannot be imported:\n{error['stack_trace']}"
                raise AirflowError(message)
            if patience.is_over(self._get("/api/v2/dags")["total_entries"]):
                message = f"Airflow does not come to know DAG {dag_id}"
                raise AirflowError(message)
            time.sleep(POLL_SECONDS)

    def unpause(self, dag_id: str) -> None:
        """Let the DAG's runs start."""
        path = f"/api/v2/dags/{dag_id}"
        self._http.patch(path, json={"is_paused": False}).raise_for_status()

    def trigger(self, dag_id: str, **conf: object) -> str:
        """Start a run by hand with the form filled in as `conf`; return its run_id."""
        body = {"logical_date": None, "conf": conf}
        answer = self._http.post(f"/api/v2/dags/{dag_id}/dagRuns", json=body)
        if answer.is_error:
            message = f"Airflow refused to start {dag_id}: {answer.text}"
            raise AirflowError(message)
        return answer.json()["dag_run_id"]

    def state(self, dag_id: str, run_id: str) -> str:
        """Return the state of a run."""
        return self._get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"]

    def wait(self, dag_id: str, run_id: str, report: Callable[[RunProgress], None]) -> str:
        """Wait for the run's end, reporting progress; return its state, `success` or `failed`.

        Raises:
            AirflowError: nothing moves any more.
        """
        patience = Patience()
        while True:
            state, tasks = self.state(dag_id, run_id), self.tasks(dag_id, run_id)
            report(progress := _progress(tasks))
            if state in FINISHED:
                return state
            if patience.is_over([self._activity(), *_states(tasks)]):
                message = (
                    f"{dag_id}, run {run_id}, is still {state}, and nothing has moved for"
                    f" {STALLED_SECONDS} s; running: {', '.join(progress.running) or 'nothing'}"
                )
                raise AirflowError(message)
            time.sleep(POLL_SECONDS)

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Return the run's task instances."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        found: list[dict[str, Any]] = []
        while True:
            # Airflow gives a hundred at most, whatever is asked for.
            page = self._get(path, offset=len(found), order_by="id")
            found += page["task_instances"]
            if len(found) >= page["total_entries"] or not page["task_instances"]:
                return found

    def result(self, dag_id: str, run_id: str, task_id: str) -> Any:
        """Return what a task of the run returned."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}"
        return self._get(f"{path}/xcomEntries/return_value", deserialize=True)["value"]

    def clear(self, dag_id: str, run_id: str) -> None:
        """Clear the whole run, as the button in the UI does: every task runs again."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/clear"
        self._http.post(path, json={"dry_run": False}).raise_for_status()

    def question(self, dag_id: str, run_id: str, task_id: str) -> dict[str, Any]:
        """Wait until a task asks a person, and return what it asks: `subject`, `body`, ...

        Nobody reads it in less than a second, and Airflow counts on that: its scheduler calls the
        task failed when the answer comes before it has heard that the task waits. So this waits
        until the scheduler has heard.

        Raises:
            AirflowError: the run ended without asking, or nothing moves any more.
        """
        patience = Patience()
        path = _asking(dag_id, run_id, task_id)
        while (answer := self._http.get(path)).status_code == httpx.codes.NOT_FOUND:
            state, tasks = self.state(dag_id, run_id), self.tasks(dag_id, run_id)
            if state in FINISHED or patience.is_over([self._activity(), *_states(tasks)]):
                message = (
                    f"{task_id} of {dag_id}, run {run_id}, which is {state}, has not asked:\n"
                    f"{self.failures(dag_id, run_id)}"
                )
                raise AirflowError(message)
            time.sleep(POLL_SECONDS)
        self._let_scheduler_hear()
        return answer.raise_for_status().json()

    def answer(self, dag_id: str, run_id: str, task_id: str, option: str, **form: object) -> None:
        """Answer what a task asks, as a person does under Required Actions."""
        body = {"chosen_options": [option], "params_input": form}
        answer = self._http.patch(_asking(dag_id, run_id, task_id), json=body)
        if answer.is_error:
            message = f"Airflow refused the answer '{option}' to {task_id}: {answer.text}"
            raise AirflowError(message)

    def failures(self, dag_id: str, run_id: str) -> str:
        """Return the end of the log of every failed task of the run, for a person."""
        failed = [task for task in self.tasks(dag_id, run_id) if task["state"] == "failed"]
        return "\n".join(
            f"--- {task['task_id']}\n{self.log(dag_id, run_id, task)}" for task in failed
        )

    def log(self, dag_id: str, run_id: str, task: dict[str, Any], lines: int = 15) -> str:
        """Return the last lines of the log of a task instance's latest try."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task['task_id']}/logs"
        content = self._get(f"{path}/{max(1, task['try_number'])}")["content"]
        return "\n".join(_line(entry) for entry in content[-lines:])

    def _let_scheduler_hear(self) -> None:
        """Wait for three heartbeats: a whole round of the scheduler lies between each two."""
        heard: set[str | None] = set()
        patience = Patience()
        while len(heard - {None}) < HEARTBEATS:
            health = self._get("/api/v2/monitor/health")
            heard.add(health["scheduler"]["latest_scheduler_heartbeat"])
            if patience.is_over(len(heard)):
                message = f"Airflow's scheduler was not heard of for {STALLED_SECONDS} s"
                raise AirflowError(message)
            time.sleep(POLL_SECONDS)

    def _get(self, path: str, **parameters: object) -> dict[str, Any]:
        return self._http.get(path, params=parameters).raise_for_status().json()


def _asking(dag_id: str, run_id: str, task_id: str) -> str:
    tasks = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
    return f"{tasks}/{task_id}/-1/hitlDetails"


def _states(tasks: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    return [
        (task["task_id"], task["map_index"], task["try_number"], task["state"]) for task in tasks
    ]


def _progress(tasks: list[dict[str, Any]]) -> RunProgress:
    return RunProgress(
        done=sum(task["state"] in FINISHED_TASKS for task in tasks),
        total=len(tasks),
        running=tuple(task["task_id"] for task in tasks if task["state"] == "running"),
    )


def _line(entry: dict[str, Any] | str) -> str:
    if isinstance(entry, str):
        return entry
    errors = [str(error.get("exc_value")) for error in entry.get("error_detail") or []]
    return " ".join([str(entry.get("event", "")), *errors])
