"""Builds the edited project for a past night, as little of it as the comparison needs.

What the edited project would make as the night made it is read from the night's own tables; the
rest, the campaign's folder and the decisions go to the analyst's schemas.
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
    """What is built for a comparison, and why.

    Attributes:
        folder: models of the campaign's folder.
        built: all models and seeds that are built, by name, what is read first comes first.
        edited: of those outside of the folder, the ones that differ from the night's by
            themselves, and not because of what they read.
        other_night: of those, the ones that the night's tables hold of another night.
        unrecorded: of those, the ones of which the night has not said how they were made.
        read: how many of the night's tables stand for the project's as they are.
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
        campaign: the one that is looked at.
        night: local date of the night whose tables the warehouse holds.
        on_progress: called with (what, models done, models in all).

    Raises:
        DbtError: the edited project does not compile, or a model of it fails.
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
    """Return what must be built, and what the night's tables already hold.

    Args:
        graph: the edited project, compiled for the night.
        made: by what the night's tables were made.
        campaign: the one that is looked at; it is built in any case, and what reads it.
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
    """Write a manifest by which dbt takes what it does not build from the night's schemas."""
    for node in manifest["nodes"].values():
        node["schema"] = node["schema"].removeprefix(ANALYST)
        if node.get("relation_name"):
            node["relation_name"] = node["relation_name"].replace(f'"{ANALYST}', '"')
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder
