"""Attempts of dbt tasks: every attempt of the build builds, and the other tasks report on it.

On a second attempt, for example after clearing a task, Cosmos would skip the build, reuse its old
reports, and let each task build its own model without tests. A night must not do that. Here every
attempt of the build builds again, and a cleared report waits for the build's end.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, NoReturn, cast

from airflow.sdk.exceptions import AirflowFailException

from dbt_groups.build_reports import Build
from dbt_groups.parsed_project import start_from_parsed

if TYPE_CHECKING:
    from airflow.sdk import Context
    from airflow.sdk.types import RuntimeTaskInstanceProtocol
    from cosmos.operators.watcher import DbtConsumerWatcherSensor, DbtProducerWatcherOperator

IS_OVER = {"success", "failed", "skipped", "upstream_failed", "removed"}
WATCH_SECONDS = 3  # interval at which a task checks whether dbt has built its model


def build_again(context: Context) -> None:
    """Build on every attempt, with all tests; reuse the parsed project of the DAG file."""
    build, attempt = cast("DbtProducerWatcherOperator", context["task"]), context["ti"]
    start_from_parsed(build)
    reports = build.task_group.children.values() if build.task_group else ()
    attempt.try_number = 1
    models = {getattr(report, "model_unique_id", "") for report in reports}
    context["ti"] = cast("RuntimeTaskInstanceProtocol", Build(attempt, models))


def report_only(context: Context) -> None:
    """Report the build's result for the model on every attempt; never build the model here."""
    report, attempt = cast("DbtConsumerWatcherSensor", context["task"]), context["ti"]
    # Until the build starts again, the reports of its previous attempt are still there.
    while attempt.try_number > 1 and _state_of_build(report, attempt) not in IS_OVER:
        time.sleep(WATCH_SECONDS)
    attempt.try_number = 1
    report._fallback_to_non_watcher_run = partial(_refuse, report)  # noqa: SLF001


def _state_of_build(
    report: DbtConsumerWatcherSensor, attempt: RuntimeTaskInstanceProtocol
) -> str | None:
    build = report.producer_task_id
    states = attempt.get_task_states(attempt.dag_id, task_ids=[build], run_ids=[attempt.run_id])
    return cast("dict[str, str]", states.get(attempt.run_id, {})).get(build)


def _refuse(report: DbtConsumerWatcherSensor, *_: object, **__: object) -> NoReturn:
    message = f"dbt ended before it reached this model: see the log of {report.producer_task_id}"
    raise AirflowFailException(message)
