"""The made-up rows beside each model and rule, which a night does not run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.integration.workbench.conftest import Workbench


def test_every_unit_test_of_the_project_holds(workbench: Workbench) -> None:
    workbench.create_raw_tables()
    # Models too: dbt takes the types of a test's rows from the tables that they stand for.
    kinds = ("--resource-type", "seed", "--resource-type", "model", "--resource-type", "unit_test")
    built = workbench.dbt("build", *kinds, errors="{}")
    assert built.returncode == 0, built.stdout
    manifest = json.loads((workbench.project / "target" / "manifest.json").read_text())
    tests = [f"{each['model']}::{each['name']}" for each in manifest["unit_tests"].values()]
    assert len(tests) > 150
    assert [test for test in tests if f"PASS {test} " not in built.stdout] == []
