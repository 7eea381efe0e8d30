"""What every attempt of a dbt task does: the build builds, and the others report on it.

A cleared task begins a second attempt, and there Cosmos does what no night may: the build is
skipped, its former reports are believed, and each model is built by its own task, without tests.
So here an attempt is an attempt: the build builds again, and a cleared report waits for its end.

Cosmos also lets a build tell Airflow of every step of every model and test, over two thousand calls
a night that dbt waits for. Here it tells how each model ended for which there is a report.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException
from cosmos.constants import DbtResourceType
from cosmos.operators._watcher.state import (
    get_compiled_sql_xcom_key,
    get_dbt_event_xcom_key,
    get_status_xcom_key,
)

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator, Context
    from airflow.sdk.types import RuntimeTaskInstanceProtocol

IS_OVER = {"success", "failed", "skipped", "upstream_failed", "removed"}
NODES = {kind.value for kind in DbtResourceType}
KEYS = (get_status_xcom_key, get_dbt_event_xcom_key, get_compiled_sql_xcom_key)
WATCH_SECONDS = 3  # how often a task looks whether dbt is through with its model


class Build:
    """A build's attempt that tells Airflow only what a report will ask.

    Args:
        attempt: the attempt as Airflow knows it; this one is like it but for `xcom_push`.
        models: the dbt ids of the models that have a report.
    """

    def __init__(self, attempt: RuntimeTaskInstanceProtocol, models: set[str]) -> None:
        self._attempt = attempt
        self._asked = {key_of(model) for model in models for key_of in KEYS}

    def __getattr__(self, name: str) -> Any:
        """Return what the attempt has."""
        return getattr(self._attempt, name)

    def xcom_push(self, key: str, value: Any) -> None:
        """Tell what is of the build itself, or the end of a model that has a report."""
        is_of_a_node = key.partition("__")[0] in NODES
        is_a_step = key.endswith("_dbt_event") and not value["finish_time"]
        if not is_of_a_node or (key in self._asked and not is_a_step):
            self._attempt.xcom_push(key=key, value=value)


def build_again(context: Context) -> None:
    """Build on every attempt, with all tests."""
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
