"""Each rule of `dbt-bouncer.yml` catches the mistake it is there for.

A rule whose folder or pattern matches nothing passes for ever; so mistakes are planted in a small
project with the settings, macros and staging of the real one, and the rule must name each.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from tests import warm_dbt

TOOLS = Path(sys.executable).parent
CLEAN = {"description": "One row per thing.", "config": {"contract": {"enforced": True}}}


def _model(name: str, columns: list[dict[str, Any]] | None = None, **properties: Any) -> str:
    column = {
        "name": "thing_id",
        "data_type": "text",
        "description": "Which.",
        "data_tests": ["unique"],
    }
    model = {"name": name, **CLEAN, "columns": columns or [column], **properties}
    return yaml.safe_dump({"models": [model]})


SELECT = "select thing_id from {{ ref('kept_orders') }}\n"
SOUND = {
    "models/shop/kept_orders.sql": "select thing_id from {{ ref('stg_orders') }}\n",
    "models/shop/kept_orders.yml": _model("kept_orders"),
    "models/signals/lifecycle.sql": SELECT,
    "models/signals/lifecycle.yml": _model("lifecycle"),
    "models/intermediate/rhythm/int_gaps.sql": SELECT,
    "models/intermediate/rhythm/int_gaps.yml": _model("int_gaps"),
    "campaigns/winback/winback.sql": "select thing_id from {{ ref('lifecycle') }}\n",
    "campaigns/winback/winback.yml": _model("winback"),
}
# What is planted, by path; the mistakes in the comments.
PLANTED = {
    # A staging model without prefix that reads another model.
    "models/staging/orders_again.sql": "select order_id from {{ ref('stg_orders') }}\n",
    "models/staging/orders_again.yml": _model("orders_again"),
    # Two raw tables in one staging model.
    "models/staging/stg_two.sql": (
        "select 1 as thing_id from {{ source('raw', 'orders') }}, {{ source('raw', 'carts') }}\n"
    ),
    "models/staging/stg_two.yml": _model("stg_two"),
    # An intermediate model without prefix that reads a signal and a raw table.
    "models/intermediate/baskets_again.sql": (
        "select thing_id from {{ ref('lifecycle') }}, {{ source('raw', 'orders') }}\n"
    ),
    "models/intermediate/baskets_again.yml": _model("baskets_again"),
    # A shop model with a prefix that reads a signal and keeps no contract.
    "models/shop/int_parcel.sql": "select thing_id from {{ ref('lifecycle') }}\n",
    "models/shop/int_parcel.yml": _model("int_parcel", config={"contract": {"enforced": False}}),
    # A signal with a prefix that reads a campaign; no grain, no proof of it, no contract.
    "models/signals/int_signal.sql": "select customer_id from {{ ref('winback') }}\n",
    "models/signals/int_signal.yml": _model(
        "int_signal",
        columns=[{"name": "customerId", "description": ""}],
        description="Signals.",
        config={"contract": {"enforced": False}},
    ),
    # Campaigns that read staging, a raw table, a table by its bare name, and the clock.
    "campaigns/hasty/hasty.sql": "select now() as thing_id from {{ ref('stg_orders') }}\n",
    "campaigns/hasty/hasty.yml": _model("hasty"),
    "campaigns/rough/rough.sql": "select 1 as thing_id from {{ source('raw', 'orders') }};\n",
    "campaigns/rough/rough.yml": _model("rough"),
    "campaigns/bare/bare.sql": "select thing_id from raw.orders where current_date > thing_id\n",
    "campaigns/bare/bare.yml": _model("bare"),
    # A campaign and a decision that read a private step.
    "campaigns/nosy/nosy.sql": "select thing_id from {{ ref('int_gaps') }}\n",
    "campaigns/nosy/nosy.yml": _model("nosy"),
    "models/decisions/rules/curious.sql": "select thing_id from {{ ref('int_gaps') }}\n",
    "models/decisions/rules/curious.yml": _model("curious"),
    # A decision that reads a report, its columns' types under false names.
    "models/reporting/spent.sql": SELECT,
    "models/reporting/spent.yml": _model("spent"),
    "models/decisions/typed.sql": "select thing_id from {{ ref('spent') }}\n",
    "models/decisions/typed.yml": _model(
        "typed",
        columns=[
            {"name": "thing_at", "data_type": "date", "description": "A date that looks a moment."},
            {"name": "thing_date", "data_type": "text", "description": "A text that looks a date."},
            {"name": "wanted", "data_type": "boolean", "description": "Is it?"},
        ],
    ),
    # A layer that does not exist; a model without YAML; one without end; YAML elsewhere.
    "models/marts/far.sql": SELECT,
    "models/marts/far.yml": _model("far"),
    "models/signals/silent.sql": SELECT,
    "models/signals/endless.sql": SELECT + "-- more\n" * 150,
    "models/signals/endless.yml": _model("endless"),
    "models/signals/remote.sql": SELECT,
    "models/decisions/remote.yml": _model("remote"),
    # Macros: one that nobody calls and that reads the clock, one without end.
    "macros/idle.sql": "{%- macro idle() -%} current_timestamp {%- endmacro -%}\n",
    "macros/long.sql": "{%- macro long() -%}\n" + "1\n" * 100 + "{%- endmacro -%}\n",
    # A table of settings, and a raw table, that nobody describes and nobody reads.
    "seeds/numbers.csv": "number\n1\n",
    "models/staging/_more_sources.yml": yaml.safe_dump(
        {"sources": [{"name": "shadow", "schema": "raw", "tables": [{"name": "returns"}]}]}
    ),
}

CAUGHT = [
    ("check_model_names", "orders_again"),
    ("check_model_names", "baskets_again"),
    ("check_model_names", "int_parcel"),
    ("check_model_names", "int_signal"),
    ("check_model_directories", "far"),
    ("check_model_column_names", "int_signal"),
    ("check_model_column_type_complies_to_column_name", "typed"),
    ("check_model_column_name_complies_to_column_type", "typed"),
    ("check_lineage_permitted_upstream_models", "orders_again"),
    ("check_lineage_permitted_upstream_models", "baskets_again"),
    ("check_lineage_permitted_upstream_models", "int_signal"),
    ("check_lineage_permitted_upstream_models", "int_parcel"),
    ("check_lineage_permitted_upstream_models", "hasty"),
    ("check_lineage_permitted_upstream_models", "nosy"),
    ("check_lineage_permitted_upstream_models", "curious"),
    ("check_lineage_permitted_upstream_models", "typed"),
    ("check_model_depends_on_multiple_sources", "stg_two"),
    ("check_lineage_source_cannot_be_used", "baskets_again"),
    ("check_lineage_source_cannot_be_used", "rough"),
    ("check_model_hard_coded_references", "bare"),
    ("check_source_not_orphaned", "shadow_returns"),
    ("check_model_code_does_not_contain_regexp_pattern", "hasty"),
    ("check_model_code_does_not_contain_regexp_pattern", "bare"),
    ("check_macro_code_does_not_contain_regexp_pattern", "idle"),
    ("check_model_has_properties_file", "silent"),
    ("check_model_documented_in_same_directory", "remote"),
    ("check_model_description_contains_regexp_pattern", "int_signal"),
    ("check_model_column_description_populated", "int_signal"),
    ("check_source_description_populated", "shadow_returns"),
    ("check_seed_description_populated", "numbers"),
    ("check_model_has_unique_test", "int_signal"),
    ("check_model_has_contracts_enforced", "int_parcel"),
    ("check_model_has_contracts_enforced", "int_signal"),
    ("check_model_max_number_of_lines", "endless"),
    ("check_macro_max_number_of_lines", "long"),
    ("check_macro_is_used", "idle"),
    ("check_model_has_semi_colon", "rough"),
]


@pytest.fixture(scope="module")
def failures(root: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """Rule and object of all that dbt-bouncer finds in a copy of the project full of mistakes."""
    copy = tmp_path_factory.mktemp("checks")
    for part in ("macros", "models/staging"):
        shutil.copytree(root / "dbt_project" / part, copy / "dbt_project" / part)
    for part in ("dbt-bouncer.yml", "dbt_project/dbt_project.yml", "dbt_project/profiles.yml"):
        shutil.copy(root / part, copy / part)
    for path, text in (SOUND | PLANTED).items():
        planted = copy / "dbt_project" / path
        planted.parent.mkdir(parents=True, exist_ok=True)
        planted.write_text(text)
    project, artifacts = str(copy / "dbt_project"), str(copy / "build/lint/target")
    environment = os.environ | {"DBT_PROJECT_DIR": project, "DBT_PROFILES_DIR": project}
    environment |= {"DBT_TARGET_PATH": artifacts, "DBT_LOG_PATH": str(copy / "logs")}
    parsed = [warm_dbt.program(), "--quiet", "parse"]
    subprocess.run(parsed, env=environment, cwd=copy, check=True)
    report = copy / "report.json"
    judged = [TOOLS / "dbt-bouncer", "run", "--output-file", report, "--output-only-failures"]
    assert subprocess.run(judged, env=environment, cwd=copy, check=False).returncode != 0
    names = (found["check_run_id"].split(":") for found in orjson.loads(report.read_bytes()))
    return [(parts[0], parts[-1]) for parts in names]


@pytest.mark.parametrize(("rule", "culprit"), CAUGHT)
def test_a_rule_names_the_mistake_planted_for_it(
    failures: list[tuple[str, str]], rule: str, culprit: str
) -> None:
    assert (rule, culprit) in failures


def test_valid_objects_are_not_reported(failures: list[tuple[str, str]]) -> None:
    sound = {
        path.rsplit("/", 1)[-1].removesuffix(".sql") for path in SOUND if path.endswith(".sql")
    }
    assert [failure for failure in failures if failure[1] in sound] == []


def test_every_rule_has_a_mistake_planted_for_it(root: Path) -> None:
    rules = yaml.safe_load((root / "dbt-bouncer.yml").read_text())["manifest_checks"]
    assert {rule["name"] for rule in rules} == {rule for rule, _ in CAUGHT}
