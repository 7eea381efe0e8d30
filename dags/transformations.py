"""dbt inside Airflow: one `dbt build` per group, with every model as a task of its own.

Cosmos' watcher mode runs dbt once and lets one light task per model report what became of it. It
hangs under `airflow dags test`: trigger a real run instead.

A cleared task begins a second attempt, and there Cosmos does what no night may: the build is
skipped, its former reports are believed, and each model is built by its own task, without tests.
So here an attempt is an attempt: the build builds again, and a cleared report waits for its end.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowFailException
from cosmos import (
    DbtTaskGroup,
    ExecutionConfig,
    ProfileConfig,
    ProjectConfig,
    RenderConfig,
)
from cosmos.constants import ExecutionMode, InvocationMode, LoadMode, TestBehavior

from retention.manifest import current_manifest
from retention.shop import project_directory
from schedules import NIGHT

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator, Context, TaskGroup

PROFILE = "paluu"
TARGET = "night"
IS_OVER = {"success", "failed", "skipped", "upstream_failed", "removed"}
WATCH_SECONDS = 3  # how often a task looks whether dbt is through with its model
SIGNAL_MODELS = [
    "path:seeds",
    "path:models/staging",
    "path:models/intermediate",
    "path:models/signals",
]
# The one `dbt build` runs the data tests between the models, and a broken one stops what depends on
# it; tasks of their own for them would double the night's tasks. Nulls are refused by the marts'
# contracts already, and unit tests belong to `make test`.
DATA_TESTS_TOO = ["--resource-type", "test", "--exclude", "test_name:not_null"]
DECISION_MODELS = ["path:campaigns", "path:models/decisions"]


def dbt_group(group_id: str, select: list[str]) -> TaskGroup:
    """Return a task group that builds and tests the selected models for the run's night."""
    project = project_directory()
    return DbtTaskGroup(
        group_id=group_id,
        project_config=ProjectConfig(
            dbt_project_path=project,
            manifest_path=current_manifest(project),
            install_dbt_deps=False,
        ),
        profile_config=ProfileConfig(
            profile_name=PROFILE,
            target_name=TARGET,
            profiles_yml_filepath=project / "profiles.yml",
        ),
        execution_config=ExecutionConfig(
            execution_mode=ExecutionMode.WATCHER,
            invocation_mode=InvocationMode.DBT_RUNNER,
            setup_operator_args={"dbt_cmd_flags": DATA_TESTS_TOO, "pre_execute": _build_again},
        ),
        render_config=RenderConfig(
            load_method=LoadMode.DBT_MANIFEST, select=select, test_behavior=TestBehavior.NONE
        ),
        operator_args={
            "pre_execute": _report_only,
            "install_deps": False,
            "emit_datasets": False,
            "env": {"PALUU_AS_OF": NIGHT},
            # Not deferred: a task that resumes within a moment of its deferral can overtake the
            # news of it, and the scheduler then calls it failed.
            "deferrable": False,
            "poke_interval": WATCH_SECONDS,
        },
    )


def _build_again(context: Context) -> None:
    """Build on every attempt, with all tests."""
    context["ti"].try_number = 1


def _report_only(context: Context) -> None:
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
