"""dbt inside Airflow: one `dbt build` per group, and a task for each model that people look for.

Cosmos' watcher mode runs dbt once and lets one light task per model report what became of it. What
comes next waits for the build, which fails with any of its models, and not for the reports. It
hangs under `airflow dags test`: trigger a real run instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cosmos import (
    DbtTaskGroup,
    ExecutionConfig,
    ProfileConfig,
    ProjectConfig,
    RenderConfig,
)
from cosmos.constants import ExecutionMode, InvocationMode, LoadMode, TestBehavior

from attempts import WATCH_SECONDS, build_again, report_only
from retention.manifest import NIGHT_TARGET, current_manifest
from retention.shop import project_directory
from schedules import NIGHT

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator, TaskGroup

PROFILE = "paluu"
# What rests on a model that is fitted in Python comes after the fit.
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
    # Apart from the decisions: a report that is wrong must not keep anybody's mail back.
    "reports": [
        "gift_card_liability",
        "gift_card_reconciliation",
        "reward_clawbacks",
        "referral_clawbacks",
    ],
    "grades": ["+quarter_grades"],
}
# Every task costs a process. What is shown is what we know, and who is written to and why; the
# steps on the way there are lines in the log of their build.
SHOWN = {
    "purchases": ["int_orders", "int_order_lines"],
    "signals": ["path:models/signals"],
    "decisions": [
        "config.meta.campaign.kind:marketing",
        "config.meta.campaign.kind:transactional",
        "path:models/decisions/decisions.sql",
    ],
    "reports": ["gift_card_reconciliation", "reward_clawbacks", "referral_clawbacks"],
    "grades": ["quarter_grades"],
}
# The one `dbt build` runs the data tests between the models, and a broken one stops what depends on
# it; tasks of their own for them would double the night's tasks. Nulls are refused by the marts'
# contracts already, and unit tests belong to `make test`.
DATA_TESTS_TOO = ["--resource-type", "test"]
NO_NULL_TESTS = "test_name:not_null"
# The task's log is dbt's log; its files of the same would be thrown away with its folder.
QUIETLY = {"DBT_LOG_LEVEL_FILE": "none", "DBT_WRITE_JSON": "false"}


def dbt_group(group_id: str, night: str = NIGHT, target: str = NIGHT_TARGET) -> TaskGroup:
    """Return a task group that builds and tests its models for a night.

    Args:
        group_id: which models, see `BUILT`.
        night: a template of its local date.
        target: of `profiles.yml`; tells in which schemas.
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
            # Not deferred: a task that resumes within a moment of its deferral can overtake the
            # news of it, and the scheduler then calls it failed.
            "deferrable": False,
            "poke_interval": WATCH_SECONDS,
        },
    )
    # Cosmos would build no more than it shows.
    build = build_of(group)
    build.select = " ".join(BUILT[group_id])
    build.exclude = f"{NO_NULL_TESTS} {ON_FITS}" if group_id == "purchases" else NO_NULL_TESTS
    # Cosmos would keep a failed build's reports in a Variable for a second attempt, see `attempts`.
    build.on_failure_callback = build.on_retry_callback = None
    return group


def build_of(group: TaskGroup) -> BaseOperator:
    """Return the task of a group that is its one `dbt build`."""
    return group.children[f"{group.group_id}.dbt_producer_watcher"]
