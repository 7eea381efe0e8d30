"""What every attempt of a dbt task does: the build builds, and the others report on it.

A cleared task begins a second attempt, and there Cosmos does what no night may: the build is
skipped, its former reports are believed, and each model is built by its own task, without tests.
So here an attempt is an attempt: the build builds again, and a cleared report waits for its end.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowFailException

from dbt_groups.build_reports import Build
from dbt_groups.parsed_project import start_from_parsed

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator, Context

IS_OVER = {"success", "failed", "skipped", "upstream_failed", "removed"}
WATCH_SECONDS = 3  # how often a task looks whether dbt is through with its model


def build_again(context: Context) -> None:
    """Build on every attempt, with all tests; nothing is parsed that was when the DAG was drawn."""
    start_from_parsed(context["task"])
    attempt, reports = context["ti"], context["task"].task_group.children.values()
    attempt.try_number = 1
    context["ti"] = Build(attempt, {getattr(report, "model_unique_id", "") for report in reports})


def report_only(context: Context) -> None:
    """Report what the build made of the model, on every attempt; never build it by oneself."""
    report, attempt = context["task"], context["ti"]
    # Until the build begins anew, its former attempt's reports are still there.
    while attempt.try_number > 1 and _state_of_build(context) not in IS_OVER:
        time.sleep(WATCH_SECONDS)
    attempt.try_number = 1
    report._fallback_to_non_watcher_run = partial(_refuse, report)  # noqa: SLF001


def _state_of_build(context: Context) -> str | None:
    attempt, build = context["ti"], context["task"].producer_task_id
    states = attempt.get_task_states(attempt.dag_id, task_ids=[build], run_ids=[attempt.run_id])
    return states.get(attempt.run_id, {}).get(build)


def _refuse(report: BaseOperator, *_: object, **__: object) -> None:
    message = f"dbt ended before it came to this model: see the log of {report.producer_task_id}"
    raise AirflowFailException(message)
