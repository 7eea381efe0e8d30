"""The models that a comparison builds, and those it reads from the night's tables."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from retention.ledger.fingerprints import Fingerprint, Graph
from retention.workbench.diff.build import plan_build

NIGHT = date(2026, 11, 23)
# orders and a seed -> lifecycle -> winback -> decisions; welcome -> decisions, too.
READS = {
    "product_types": (),
    "orders": (),
    "lifecycle": ("orders", "product_types"),
    "winback": ("lifecycle",),
    "welcome": ("orders",),
    "decisions": ("winback", "welcome"),
}


def graph(**edited: str) -> Graph:
    """Return the project with other SQL in some models."""
    return Graph({name: _node(name, edited.get(name, f"select '{name}'")) for name in READS})


def _node(name: str, words: str) -> dict[str, Any]:
    folder = f"campaigns/{name}" if name in {"winback", "welcome"} else "models"
    return {
        "name": name,
        "database": "shop",
        "original_file_path": f"{folder}/{name}.sql",
        "compiled_code": words,
        "depends_on": {"nodes": list(READS[name])},
    }


@pytest.fixture
def made() -> dict[str, Fingerprint]:
    """The recorded fingerprints of the night: the project before it was edited."""
    return {name: Fingerprint(NIGHT, value) for name, value in graph().fingerprints.items()}


def test_an_edited_threshold_costs_its_folder_and_the_decisions(
    made: dict[str, Fingerprint],
) -> None:
    plan = plan_build(graph(winback="select 1"), made, "winback", NIGHT)
    assert set(plan.built) == {"winback", "decisions"}
    assert (plan.edited, plan.read) == ((), 4)


def test_an_edited_signal_is_built_with_all_that_reads_it_and_named(
    made: dict[str, Fingerprint],
) -> None:
    plan = plan_build(graph(lifecycle="select 1"), made, "winback", NIGHT)
    assert set(plan.built) == {"lifecycle", "winback", "decisions"}
    assert plan.edited == ("lifecycle",)


def test_an_edit_of_another_campaign_is_part_of_it_and_named(made: dict[str, Fingerprint]) -> None:
    plan = plan_build(graph(welcome="select 1"), made, "winback", NIGHT)
    assert set(plan.built) == {"welcome", "winback", "decisions"}
    assert plan.edited == ("welcome",)


def test_what_is_built_comes_after_what_it_reads(made: dict[str, Fingerprint]) -> None:
    built = plan_build(graph(orders="select 1"), made, "winback", NIGHT).built
    assert all(
        built.index(read) < built.index(name)
        for name in built
        for read in READS[name]
        if read in built
    )


def test_a_table_of_another_night_is_built_again_and_named(made: dict[str, Fingerprint]) -> None:
    made["lifecycle"] = Fingerprint(date(2026, 11, 1), "made of another night's SQL")
    plan = plan_build(graph(), made, "winback", NIGHT)
    assert "lifecycle" in plan.built
    assert (plan.other_night, plan.edited) == (("lifecycle",), ())


def test_a_table_without_a_record_is_built_again_and_named(made: dict[str, Fingerprint]) -> None:
    del made["product_types"]
    plan = plan_build(graph(), made, "winback", NIGHT)
    assert set(plan.built) == {"product_types", "winback", "decisions"}
    assert plan.unrecorded == ("product_types",)


def test_an_analysts_names_and_another_database_make_no_difference() -> None:
    words = 'select * from "{}"."{}signals"."lifecycle"'
    night, analyst = words.format("shop", ""), words.format("shop", "analyst_")
    assert graph(winback=night).fingerprints == graph(winback=analyst).fingerprints
