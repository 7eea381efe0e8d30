"""The packages of `retention` import downwards only, in the layers that `pyproject.toml` names."""

from __future__ import annotations

import copy
import re
import sys
from typing import TYPE_CHECKING, Any

import grimp
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from grimp import ImportGraph

ENTRY = "__main__"  # stands above all layers


@pytest.fixture(scope="module")
def layers(pyproject: dict[str, Any]) -> list[set[str]]:
    """The packages of each layer, the highest first."""
    (contract,) = (
        contract
        for contract in pyproject["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers" and contract["containers"] == ["retention"]
    )
    return [set(re.findall(r"\w+", layer)) for layer in contract["layers"]]


@pytest.fixture(scope="module")
def graph(root: Path) -> ImportGraph:
    """Who imports whom within `retention`, imports for types included."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(root / "plugins"), *sys.path])
        return grimp.build_graph("retention", cache_dir=None)


def _package(module: str) -> str:
    return ".".join(module.split(".")[1:2])


def _imports_between_packages(graph: ImportGraph) -> dict[tuple[str, str], list[str]]:
    """Return the imports from one package into another, by the two."""
    found: dict[tuple[str, str], list[str]] = {}
    for importer in sorted(graph.modules):
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            ends = _package(importer), _package(imported)
            if ends[0] != ends[1]:
                found.setdefault(ends, []).append(f"{importer} -> {imported}")
    return found


def _mutual(graph: ImportGraph) -> list[str]:
    between = _imports_between_packages(graph)
    return [
        one
        for (above, below), all_of in between.items()
        if (below, above) in between
        for one in all_of
    ]


def _upward(graph: ImportGraph, layers: list[set[str]]) -> list[str]:
    """Return the imports into the same layer or one further up."""
    highest_first = [{ENTRY}, *layers]
    place = {package: depth for depth, layer in enumerate(highest_first) for package in layer}
    return [
        one
        for (importer, imported), all_of in _imports_between_packages(graph).items()
        if place.get(importer, -1) >= place.get(imported, len(highest_first))
        for one in all_of
    ]


def test_every_package_has_a_layer(graph: ImportGraph, layers: list[set[str]]) -> None:
    packages = {name.removeprefix("retention.") for name in graph.find_children("retention")}
    assert packages - {ENTRY} == set().union(*layers), f"{len(packages)} packages and modules"


def test_no_two_packages_import_each_other(graph: ImportGraph) -> None:
    mutual = _mutual(graph)
    assert mutual == [], f"{len(mutual)} imports of packages that import each other"


def test_no_package_imports_upwards_or_sideways(graph: ImportGraph, layers: list[set[str]]) -> None:
    upward = _upward(graph, layers)
    count = sum(map(len, _imports_between_packages(graph).values()))
    assert upward == [], f"{len(upward)} of {count} imports between packages go against the layers"


def test_an_import_against_the_layers_is_found(graph: ImportGraph, layers: list[set[str]]) -> None:
    planted = copy.deepcopy(graph)
    planted.add_import(importer="retention.project.shop", imported="retention.ledger.messages")
    against = "retention.project.shop -> retention.ledger.messages"
    assert against in _upward(planted, layers)
    assert against in _mutual(planted)


def test_modules_lie_in_packages(root: Path) -> None:
    files = {path.stem for path in (root / "plugins" / "retention").glob("*.py")}
    assert files == {"__init__", ENTRY, "database"}, f"{len(files)} modules beside the packages"
