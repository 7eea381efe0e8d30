"""Builds the part of the edited project that a comparison with a past night needs.

Models that the edited project would build exactly as the night did are read from the night's own
tables. The others, the campaign's folder and the decisions are built in the analyst's schemas.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retention.ledger.fingerprints import ANALYST, LAST, Graph, read_fingerprints
from retention.project.dbt import BUILDABLE, Dbt

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import psycopg

    from retention.ledger.fingerprints import Fingerprint
    from retention.project.dbt import Progress

TO_DECISIONS = f"+path:models/decisions/{LAST}.sql"
WORK = ("target", "diff")


@dataclass(frozen=True)
class Plan:
    """The models to build for a comparison, and the reasons.

    Attributes:
        folder: models of the campaign's folder.
        built: names of all models and seeds to build, parents first.
        edited: models outside the folder that were edited themselves, not only their parents.
        other_night: models outside the folder whose tables hold another night.
        unrecorded: models outside the folder whose fingerprint the night did not record.
        read: number of the night's tables that are read unchanged.
    """

    folder: frozenset[str]
    built: tuple[str, ...]
    edited: tuple[str, ...]
    other_night: tuple[str, ...]
    unrecorded: tuple[str, ...]
    read: int


def build_edited(
    connection: psycopg.Connection,
    project: Path,
    campaign: str,
    night: date,
    on_progress: Progress,
) -> Plan:
    """Build the campaign and all decisions in the analyst's schemas, as of the night.

    Args:
        connection: to the database with the night's tables.
        project: folder of the edited dbt project.
        campaign: the edited campaign.
        night: local date of the night in the warehouse.
        on_progress: called with (stage, models done, total models).

    Raises:
        DbtError: the edited project does not compile, or a model fails.
    """
    dbt = Dbt(project, "analyst", project.joinpath(*WORK))
    on_progress("comparing", 0, 1)
    dbt.run(["compile", "--quiet", "--select", TO_DECISIONS], night, on_progress, "comparing")
    manifest = dbt.manifest()
    graph = Graph.of(manifest)
    plan = plan_build(graph, read_fingerprints(connection), campaign, night)
    state = _write_state(manifest, dbt.work / "state")
    on_progress("comparing", 1, 1)
    words = ("build", *BUILDABLE, "--defer", "--favor-state", "--state", str(state))
    dbt.run([*words, "--select", *graph.paths(plan.built)], night, on_progress, "building")
    return plan


def plan_build(graph: Graph, made: dict[str, Fingerprint], campaign: str, night: date) -> Plan:
    """Return the models to build, and those to read from the night's tables.

    Args:
        graph: the edited project, compiled for the night.
        made: recorded fingerprints of the night's tables.
        campaign: the edited campaign; it and its descendants are always built.
        night: local date of the night.
    """
    differing = {
        name
        for name, fingerprint in graph.fingerprints.items()
        if name not in made or made[name].value != fingerprint
    }
    folder = graph.folder_of(campaign)
    wanted = differing | graph.descendants(folder)
    edited = [
        name
        for name in graph.parents
        if name in differing - folder and not differing.intersection(graph.parents[name])
    ]
    unrecorded = [name for name in edited if name not in made]
    other_night = [name for name in edited if name in made and made[name].night != night]
    return Plan(
        folder=frozenset(folder),
        built=tuple(name for name in graph.parents if name in wanted),
        edited=tuple(name for name in edited if name not in {*unrecorded, *other_night}),
        other_night=tuple(other_night),
        unrecorded=tuple(unrecorded),
        read=len(graph.parents) - len(wanted),
    )


def _write_state(manifest: dict[str, Any], folder: Path) -> Path:
    """Write a manifest with which dbt reads unbuilt models from the night's schemas."""
    for node in manifest["nodes"].values():
        node["schema"] = node["schema"].removeprefix(ANALYST)
        if node.get("relation_name"):
            node["relation_name"] = node["relation_name"].replace(f'"{ANALYST}', '"')
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder
