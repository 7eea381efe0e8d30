"""The dbt manifest, kept up to date with the project's files.

Airflow draws the night's tasks from the manifest, and the engine reads the campaigns from it. It is
a build product: if it does not match the project's files, it is rebuilt before it is read. If the
project does not parse, the error is dbt's own.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
from typing import TYPE_CHECKING

from retention.project.campaigns import check_campaign_folders, check_guarded_marts, read_campaigns
from retention.project.dbt import PROFILE, dbt_program
from retention.project.shop import project_directory, read_shop

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = ("*.sql", "*.yml", "*.csv")
NIGHT_TARGET = "night"  # of `profiles.yml`
# Apart from the artifacts of a person's own dbt under `target/`, which use the analysts' schemas.
PLACE = ("target", NIGHT_TARGET)
FINGERPRINT = "manifest.sha256"  # of the files that the manifest was built from
PARSED = "partial_parse.msgpack"  # dbt's cache for the next parse
PARSE_TIMEOUT_SECONDS = 900  # a busy machine takes minutes for what a quiet one does in seconds


class ManifestError(RuntimeError):
    """The dbt project does not parse; the message is dbt's."""


def current_manifest(project: Path | None = None) -> Path:
    """Return the path of a manifest that matches the project's files; build it if it is stale.

    Safe for parallel processes: one builds, the others wait for it.

    Raises:
        ManifestError: the project does not parse.
        ShopSettingsError: the shop's settings in `dbt_project.yml` are invalid.
        CampaignError: a campaign's folder or settings are invalid.
    """
    project = project or project_directory()
    manifest = project.joinpath(*PLACE, "manifest.json")
    if not _is_current(project):
        manifest.parent.mkdir(parents=True, exist_ok=True)
        with (manifest.parent / "manifest.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _is_current(project):
                _build(project)
    return manifest


def parsed_project(project: Path) -> Path:
    """Return dbt's cache of the parsed project, for a dbt with the night's target.

    Raises:
        ManifestError, ShopSettingsError, CampaignError: as `current_manifest`.
    """
    return current_manifest(project).with_name(PARSED)


def model_schemas(project: Path | None = None) -> dict[str, str]:
    """Return the database schema of every dbt model, by model name."""
    nodes = json.loads(current_manifest(project).read_text())["nodes"].values()
    return {node["name"]: node["schema"] for node in nodes if node["resource_type"] == "model"}


def _is_current(project: Path) -> bool:
    place = project.joinpath(*PLACE)
    fingerprint = place / FINGERPRINT
    if not (place / "manifest.json").exists() or not fingerprint.exists():
        return False
    return fingerprint.read_text() == _fingerprint_of(project)


def _fingerprint_of(project: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(file for pattern in SOURCES for file in project.rglob(pattern)):
        relative = file.relative_to(project)
        if relative.parts[0] not in {"target", "logs"}:
            digest.update(f"{relative}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _build(project: Path) -> None:
    # Before dbt, whose own errors for the same mistakes name neither file nor key.
    read_shop(project)
    check_campaign_folders(project)
    check_guarded_marts(project)
    place, fingerprint = project.joinpath(*PLACE), _fingerprint_of(project)
    parsed = subprocess.run(  # noqa: S603
        [dbt_program(), "--no-use-colors", "parse", "--profile", PROFILE, "--target", NIGHT_TARGET],
        cwd=project,
        env=os.environ
        | {
            "DBT_PROFILES_DIR": str(project),
            "DBT_PROJECT_DIR": str(project),
            "DBT_TARGET_PATH": str(place),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PARSE_TIMEOUT_SECONDS,
        check=False,
    )
    if parsed.returncode != 0:
        message = f"The dbt project in {project} does not parse:\n{parsed.stdout}{parsed.stderr}"
        raise ManifestError(message)
    read_campaigns(place / "manifest.json")
    (place / FINGERPRINT).write_text(fingerprint)
