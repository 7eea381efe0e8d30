"""Finds which of the night's tables an edited project would build differently.

The night stores a fingerprint of each table, see `macros/engine/fingerprints.sql`. This module
computes those of the edited project in the same way, from the SQL that dbt compiles.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any, Self

from retention.database import only_row
from retention.project.campaigns import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import psycopg

FINGERPRINTS = "paluu.fingerprints"
ANALYST = "analyst_"  # the prefix that `generate_schema_name` gives an analyst's schemas
LAST = "decisions"  # the model that all others lead to


@dataclass(frozen=True)
class Fingerprint:
    """The fingerprint of a table.

    Attributes:
        night: local date of the night that built it.
        value: the hash of everything that it was built from.
    """

    night: date
    value: str


@dataclass(frozen=True)
class Graph:
    """The models and seeds that lead to the decisions, as dbt has compiled them for an analyst.

    Attributes:
        nodes: nodes of the manifest, by dbt's id.
    """

    nodes: dict[str, dict[str, Any]]

    @classmethod
    def of(cls, manifest: dict[str, Any]) -> Self:
        """Return the graph of a manifest, given as parsed JSON."""
        kinds = {"model", "seed"}
        nodes = manifest["nodes"].items()
        return cls({key: node for key, node in nodes if node["resource_type"] in kinds})

    @cached_property
    def parents(self) -> dict[str, tuple[str, ...]]:
        """The names of the models and seeds that each one reads; parents come first."""
        waiting = [key for key, node in self.nodes.items() if node["name"] == LAST]
        read: dict[str, list[str]] = {}
        while waiting:
            key = waiting.pop()
            depends_on = self.nodes[key]["depends_on"].get("nodes", [])
            read[key] = [each for each in depends_on if each in self.nodes]
            waiting += [each for each in read[key] if each not in read]
        return {
            self.nodes[key]["name"]: tuple(self.nodes[each]["name"] for each in read[key])
            for key in TopologicalSorter(read).static_order()
        }

    @cached_property
    def fingerprints(self) -> dict[str, str]:
        """The fingerprint that each one would have if the night built it."""
        words = {node["name"]: _words_of(node) for node in self.nodes.values()}
        made: dict[str, str] = {}
        for name, parents in self.parents.items():
            read = "".join(made[parent] for parent in sorted(set(parents)))
            made[name] = _md5(_md5(words[name]) + read)
        return made

    def descendants(self, names: Iterable[str]) -> set[str]:
        """Return these models and all that read them, directly or through others."""
        found = set(names)
        for name, parents in self.parents.items():
            if found.intersection(parents):
                found.add(name)
        return found

    def folder_of(self, campaign: str) -> set[str]:
        """Return the names of the models in a campaign's folder."""
        place = f"{FOLDER}/{campaign}/"
        nodes = self.nodes.values()
        return {node["name"] for node in nodes if node["original_file_path"].startswith(place)}

    def paths(self, names: Iterable[str]) -> list[str]:
        """Return dbt selectors of exactly these models; a bare name could also match a folder."""
        files = {node["name"]: node["original_file_path"] for node in self.nodes.values()}
        return [f"path:{files[name]}" for name in names]


def read_fingerprints(connection: psycopg.Connection) -> dict[str, Fingerprint]:
    """Return the fingerprints of the night's tables, by name; empty if no night has stored any."""
    found = connection.execute("select to_regclass(%s) is null as is_missing", (FINGERPRINTS,))
    if only_row(found)[0]:
        return {}
    rows = connection.execute("select model, night_date, fingerprint from paluu.fingerprints")
    return {model: Fingerprint(night, fingerprint) for model, night, fingerprint in rows}


def _words_of(node: dict[str, Any]) -> str:
    """Return the SQL or seed checksum that builds a table, with the night's schema names."""
    words = str(node.get("compiled_code") or node["checksum"]["checksum"])
    return words.replace(f'"{node["database"]}".', "").replace(f'"{ANALYST}', '"')


def _md5(words: str) -> str:
    return hashlib.md5(words.encode(), usedforsecurity=False).hexdigest()
