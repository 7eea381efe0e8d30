"""Rules of the dbt project: one clock, one folder per campaign, a description per model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgpack
import pytest

from retention.project.manifest import parsed_project
from retention.project.shop import read_shop

if TYPE_CHECKING:
    from pathlib import Path

WALL_CLOCK = re.compile(
    r"\b(current_(date|time|timestamp)|local(time|timestamp)|run_started_at|sysdate"
    r"|(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\()",
    re.IGNORECASE,
)
COMMENT = re.compile(r"\{#.*?#\}|--[^\n]*|/\*.*?\*/", re.DOTALL)
REFERENCE = re.compile(r"""\bref\(\s*['"](\w+)['"]""")
MACRO = re.compile(
    r"(?P<comment>\{#-?(?P<words>.*?)-?#\}\s*)?\{%-?\s*(?:macro|test)\s+(?P<name>\w+)", re.DOTALL
)
# Where no night is given, `night()` takes the date at which dbt was started.
THE_ONE_CLOCK = "dbt_project/macros/time/clock.sql"


@pytest.fixture(scope="module")
def models(root: Path) -> list[Path]:
    """The SQL files of all models."""
    project = root / "dbt_project"
    return sorted([*project.glob("models/**/*.sql"), *project.glob("campaigns/**/*.sql")])


def test_no_sql_reads_the_wall_clock(root: Path, files: list[Path]) -> None:
    found = []
    for path in files:
        if path.suffix != ".sql" or str(path) == THE_ONE_CLOCK:
            continue
        match = WALL_CLOCK.search(COMMENT.sub("", (root / path).read_text()))
        if match:
            found.append(f"{path}: {match[0]}")
    assert not found, f"take as_of() in dbt, a named parameter in the ledger, instead of {found}"


def test_dbt_does_not_see_the_night_while_it_parses(root: Path) -> None:
    # Otherwise it would parse every model again for every new night.
    parsed = msgpack.unpackb(parsed_project(root / "dbt_project").read_bytes())
    assert "PALUU_AS_OF" not in parsed["env_vars"]


def test_every_model_has_its_yaml_beside_it(models: list[Path]) -> None:
    assert models
    assert [str(model) for model in models if not model.with_suffix(".yml").is_file()] == []


def test_every_yaml_beside_a_model_describes_that_model(root: Path, models: list[Path]) -> None:
    names = {model.stem for model in models}
    project = root / "dbt_project"
    beside = [*project.glob("models/**/*.yml"), *project.glob("campaigns/**/*.yml")]
    described = [file for file in beside if file.name != "sample.yml" and file.stem[0] != "_"]
    orphans = [str(file) for file in described if file.stem not in names]
    assert orphans == []


def test_the_campaigns_that_run_are_exactly_the_folders(root: Path) -> None:
    folders = {
        path.name for path in (root / "dbt_project" / "campaigns").iterdir() if path.is_dir()
    }
    listed = read_shop(root / "dbt_project").nights.campaigns
    assert len(set(listed)) == len(listed)
    assert set(listed) == folders, "dbt_project.yml lists the campaigns under vars: campaigns"


def test_a_campaign_folder_holds_a_model_of_its_own_name(root: Path) -> None:
    folders = [path for path in (root / "dbt_project" / "campaigns").iterdir() if path.is_dir()]
    assert [str(path) for path in folders if not (path / f"{path.name}.sql").is_file()] == []


def test_the_steps_of_a_campaign_lie_in_their_own_folder(root: Path) -> None:
    campaigns = root / "dbt_project" / "campaigns"
    steps = [file for file in campaigns.rglob("*.sql") if file.stem != file.parent.name]
    assert steps
    assert [str(step) for step in steps if step.parent != step.parents[1] / "steps"] == []


def test_a_campaign_reads_no_other_campaign(root: Path) -> None:
    campaigns = root / "dbt_project" / "campaigns"
    home = {model: model.relative_to(campaigns).parts[0] for model in campaigns.rglob("*.sql")}
    owner = {model.stem: campaign for model, campaign in home.items()}
    strangers = [
        f"{model.relative_to(root)} reads {name}"
        for model, campaign in home.items()
        for name in REFERENCE.findall(model.read_text())
        if owner.get(name, campaign) != campaign
    ]
    assert strangers == []


def test_every_macro_is_described_above_its_first_line(root: Path) -> None:
    project = root / "dbt_project"
    texts = [
        file.read_text()
        for file in (*project.glob("macros/**/*.sql"), *project.glob("tests/generic/*.sql"))
    ]
    macros = [match for text in texts for match in MACRO.finditer(text)]
    assert macros
    assert [match["name"] for match in macros if not (match["words"] or "").strip()] == []
