"""Lets a build reuse the project that was parsed for the DAG, instead of parsing it again."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from cosmos.dbt.project import get_partial_parse_path

from retention.project.manifest import NIGHT_TARGET, parsed_project

if TYPE_CHECKING:
    from cosmos.operators.watcher import DbtProducerWatcherOperator


def start_from_parsed(build: DbtProducerWatcherOperator) -> None:
    """Give a build of the night's target the parsed project of the DAG, if it is newer."""
    if build.profile_config.target_name != NIGHT_TARGET or build.cache_dir is None:
        return
    parsed = parsed_project(Path(build.project_dir))
    kept = get_partial_parse_path(build.cache_dir)
    if not parsed.exists():
        return
    if not kept.exists() or kept.stat().st_mtime < parsed.stat().st_mtime:
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(parsed, kept)
