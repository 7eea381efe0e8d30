"""dbt in Airflow: one `dbt build` per group, and one task for each model that people look for.

Cosmos' watcher mode runs dbt once, with one light task per model that reports its result.
Downstream tasks wait for the build, which fails if any model fails, and not for the report tasks.
The watcher mode hangs under `airflow dags test`: trigger a real run instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from cosmos import (
    DbtTaskGroup,
    ExecutionConfig,
    ProfileConfig,
    ProjectConfig,
    RenderConfig,
)
from cosmos.constants import ExecutionMode, InvocationMode, LoadMode, TestBehavior

from dbt_groups.attempts import WATCH_SECONDS, build_again, report_only
from retention.project.manifest import NIGHT_TARGET, current_manifest
from retention.project.shop import project_directory
from schedules import NIGHT

if TYPE_CHECKING:
    from airflow.sdk import TaskGroup
    from cosmos.operators.watcher import DbtProducerWatcherOperator

PROFILE = "paluu"
# Models that depend on a model fitted in Python are built after the fit.
ON_FITS = "stg_ease_affinities+,path:models/intermediate"
BUILT = {
    "purchases": [
        "path:seeds",
        "path:models/staging",
        "path:models/shop",
        "path:models/intermediate",
    ],
    "signals": ["path:models/signals", ON_FITS],
    "decisions": ["path:campaigns", "path:models/decisions"],
    # Separate from the decisions: a failed report must not hold back mails.
    "reports": [
        "gift_card_liability",
        "gift_card_reconciliation",
        "reward_clawbacks",
        "referral_clawbacks",
    ],
    "grades": ["+quarter_grades"],
}
# Every task costs a process, so only signals, campaigns and decisions have tasks; other models are
# in the log of their build.
SHOWN = {
    "purchases": ["kept_orders", "order_lines"],
    "signals": ["path:models/signals"],
    "decisions": [
        "config.meta.campaign.kind:marketing",
        "config.meta.campaign.kind:transactional",
        "path:models/decisions/decisions.sql",
    ],
    "reports": ["gift_card_reconciliation", "reward_clawbacks", "referral_clawbacks"],
    "grades": ["quarter_grades"],
}
# The one `dbt build` runs the data tests between the models, and a failed test stops dependent
# models; separate Airflow tasks for tests would double the night's tasks. The marts' contracts
# already reject nulls, and unit tests belong to `make test`.
DATA_TESTS_TOO = ["--resource-type", "test"]
NO_NULL_TESTS = "test_name:not_null"
# The task's log has dbt's log; log files would be deleted with their temporary folder.
QUIETLY = {"DBT_LOG_LEVEL_FILE": "none", "DBT_WRITE_JSON": "false"}


def dbt_group(group_id: str, night: str = NIGHT, target: str = NIGHT_TARGET) -> DbtTaskGroup:
    """Return a task group that builds and tests its models for a night.

    Args:
        group_id: the group of models, a key of `BUILT`.
        night: a template of the night's local date.
        target: output of `profiles.yml`, which decides the schemas.
    """
    project = project_directory()
    group = DbtTaskGroup(
        group_id=group_id,
        project_config=ProjectConfig(
            dbt_project_path=project,
            manifest_path=current_manifest(project),
            install_dbt_deps=False,
        ),
        profile_config=ProfileConfig(
            profile_name=PROFILE,
            target_name=target,
            profiles_yml_filepath=project / "profiles.yml",
        ),
        execution_config=ExecutionConfig(
            execution_mode=ExecutionMode.WATCHER,
            invocation_mode=InvocationMode.DBT_RUNNER,
            setup_operator_args={"dbt_cmd_flags": DATA_TESTS_TOO, "pre_execute": build_again},
        ),
        render_config=RenderConfig(
            load_method=LoadMode.DBT_MANIFEST,
            select=SHOWN[group_id],
            test_behavior=TestBehavior.NONE,
        ),
        operator_args={
            "pre_execute": report_only,
            "install_deps": False,
            "emit_datasets": False,
            "env": {"PALUU_AS_OF": night, **QUIETLY},
            # Not deferred: a task that resumes right after its deferral can overtake the message
            # about the deferral, and the scheduler then marks it as failed.
            "deferrable": False,
            "poke_interval": WATCH_SECONDS,
        },
    )
    # Cosmos would build only the models that have tasks.
    build = build_of(group)
    build.select = " ".join(BUILT[group_id])
    build.exclude = f"{NO_NULL_TESTS} {ON_FITS}" if group_id == "purchases" else NO_NULL_TESTS
    # Cosmos would save a failed build's reports in a Variable for the next attempt, see `attempts`.
    build.on_failure_callback = build.on_retry_callback = []
    return group


def build_of(group: TaskGroup) -> DbtProducerWatcherOperator:
    """Return the task that is the group's one `dbt build`."""
    build = group.children[f"{group.group_id}.dbt_producer_watcher"]
    return cast("DbtProducerWatcherOperator", build)
