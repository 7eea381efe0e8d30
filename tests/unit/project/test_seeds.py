"""The tables that people maintain: mistakes are reported with file and line."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING

import pytest

from retention.project.seeds.check import SEEDS, check_seeds
from retention.project.seeds.rows import SeedError, read_seed
from retention.project.shop import project_directory
from tests.languages import keep_english_and_finnish

if TYPE_CHECKING:
    from pathlib import Path


ITEM = "1,pets,A,B,C,D,https://puoti.example.com/pets,DOG BEDS"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with only seeds, to be broken by tests."""
    shutil.copytree(project_directory() / "seeds", tmp_path / "seeds")
    shutil.copy(project_directory() / "dbt_project.yml", tmp_path)
    keep_english_and_finnish(tmp_path)
    return tmp_path


def _rewrite(project: Path, name: str, line: int, text: str) -> None:
    """Replace a line of a seed with `text`; the header is line 1."""
    file = project / "seeds" / f"{name}.csv"
    lines = file.read_text().splitlines()
    lines[line - 1] = text
    file.write_text("\n".join(lines) + "\n")


def _problems(project: Path) -> tuple[str, ...]:
    with pytest.raises(SeedError) as refused:
        check_seeds(project)
    return refused.value.problems


def test_our_own_seeds_are_valid(project: Path) -> None:
    assert check_seeds(project_directory()) == check_seeds(project) == len(SEEDS)


# Only the shop itself can fill these.
EMPTY_AT_FIRST = {"excluded_customers", "merged_customers"}


def test_every_row_of_a_seed_is_read(project: Path) -> None:
    for seed in SEEDS:
        with (project / "seeds" / f"{seed.name}.csv").open(newline="") as file:
            rows = csv.DictReader(file)
            count = len(list(rows))
        assert len(read_seed(project, seed)) == count
        assert count > 0 or seed.name in EMPTY_AT_FIRST
        assert list(rows.fieldnames) == list(seed.in_languages(["en", "fi"]).row.model_fields)


@pytest.mark.parametrize(
    ("name", "line", "text", "problem"),
    [
        ("lifestyle_rules", 3, "new_puppy,DOG COLLARS,optional,a lot", "line 3: weight: "),
        ("lifestyle_rules", 3, "new_puppy,DOG COLLARS,optional,0", "line 3: weight: "),
        ("lifestyle_rules", 3, "new_puppy,DOG COLLARS,optional,nan", "line 3: weight: "),
        ("lifestyle_rules", 3, "new_puppy,DOG COLLARS,needed,0.2", "line 3: role: "),
        ("lifestyle_rules", 3, "new_puppy,DOG COLLARS,optional", "line 3: 3 values for 4 columns"),
        ("lifestyle_rules", 3, "new_puppy,CATS, DOGS,optional,1", "line 3: 5 values for 4 columns"),
        ("lifestyle_rules", 3, "new_puppy, DOG LEADS,optional,1", "begins or ends with a blank"),
        ("lifestyle_rules", 3, 'new_puppy,"DOG COLLARS,optional,1', "line 3: unexpected end of"),
        ("lifestyle_rules", 3, "new_puppy,PUPPY FOOD,optional,1", "is already on line 2"),
        ("lifestyle_rules", 3, "new_puppy,UNICORNS,optional,1", "'UNICORNS' is not in seeds/prod"),
        ("lifestyle_rules", 3, "new_pony,DOG COLLARS,optional,1", "'new_pony' is not in seeds/lif"),
        ("lifestyle_rules", 1, "lifestyle,type,role,weight", "line 1: the first line must be lif"),
        ("lifestyle_types", 2, "new_puppy,60,1.5,240", "line 2: minimum_confidence: "),
        ("lifestyle_types", 2, "new_puppy,0,0.7,240", "line 2: window_days: "),
        ("lifestyle_types", 2, "New puppy,60,0.7,240", "line 2: lifestyle: "),
        ("product_types", 2, "GROUND COFFEE,coffee,kahvi,yes,true", "neither true nor false"),
        ("product_types", 2, "GROUND COFFEE,,kahvi,true,true", "line 2: name_en: "),
        ("product_attributes", 2, "TOYS UNDER 1,12,12,toys", "12 is not above minimum_age_months"),
        ("product_attributes", 2, "TOYS UNDER 1,-1,12,toys", "line 2: minimum_age_months: "),
        ("product_attributes", 2, "UNICORNS,0,12,toys", "'UNICORNS' is not in seeds/product_types"),
        ("product_attributes", 2, "TOYS UNDER 1,0,12,toy", "'toy' is not in seeds/care_topics.csv"),
        ("care_topics", 2, "toys,Toys!,Lelut,Wipe.,Pyyhi.", "line 2: title_en: "),
        ("care_topics", 2, f"toys,{61 * 'T'},Lelut,Wipe.,Pyyhi.", "line 2: title_en: "),
        ("care_topics", 2, f"toys,Toys,Lelut,Wipe.,{301 * 'P'}", "line 2: tip_fi: "),
        ("care_topics", 2, "toys,Toys,Lelut,,Pyyhi.", "line 2: tip_en: "),
        ("care_topics", 2, "Toys,Toys,Lelut,Wipe.,Pyyhi.", "line 2: care_topic: "),
        ("care_topics", 2, "cutlery,Forks,Haarukat,Rinse.,Huuhtele.", "is already on line 2"),
        ("lifestyle_steps", 2, "new_pony,1,A,B,C,D,DOG BEDS", "'new_pony' is not in seeds/life"),
        ("lifestyle_steps", 2, "new_puppy,4,A,B,C,D,DOG BEDS", "line 2: step: "),
        ("lifestyle_steps", 2, "new_puppy,1,A,B,C,D,DOG BEDS;UNICORNS", "'UNICORNS' is not in"),
        ("lifestyle_steps", 2, "new_puppy,1,A,B,C,D,DOG BEDS; CANDLES", "begins or ends with a"),
        ("lifestyle_steps", 2, "new_puppy,1,A,B,C,D,VASES;VASES", "'VASES' is named twice"),
        ("lifestyle_steps", 2, "new_puppy,1,A,B,C,D,", "line 2: product_types: "),
        ("lifestyle_steps", 2, "new_puppy,1,A,,C,D,DOG BEDS", "line 2: headline_fi: "),
        ("lifestyle_steps", 2, "new_puppy,1,Hurry!,B,C,D,DOG BEDS", "has an exclamation mark"),
        ("lifestyle_steps", 2, f"new_puppy,1,{61 * 'A'},B,C,D,DOG BEDS", "headline_en: "),
        ("lifestyle_steps", 2, "new_puppy,2,A,B,C,D,DOG BEDS", "new_puppy, 2 is already on line 2"),
        ("product_interests", 2, "UNICORNS,pets", "'UNICORNS' is not in seeds/product_types"),
        ("product_interests", 2, "GROUND COFFEE,Coffee", "line 2: interest: "),
        ("newsletter_items", 2, f"2026-48,{ITEM}", "line 2: issue: "),
        ("newsletter_items", 2, f"2026-W54,{ITEM}", "'2026-W54' is not a week"),
        (
            "newsletter_items",
            2,
            f"2026-W48,{ITEM.replace('pets', 'ponies')}",
            "'ponies' is not one of",
        ),
        ("newsletter_items", 2, f"2026-W48,{ITEM.replace('https', 'http')}", "line 2: url: "),
        ("newsletter_items", 2, f"2026-W48,{ITEM};UNICORNS", "'UNICORNS' is not in seeds/prod"),
    ],
)
def test_a_fault_names_its_file_and_line(
    project: Path, name: str, line: int, text: str, problem: str
) -> None:
    _rewrite(project, name, line, text)
    told = [each for each in _problems(project) if problem in each]
    assert told
    assert told[0].startswith(f"seeds/{name}.csv, line ")


def test_a_type_may_go_without_a_care_topic(project: Path) -> None:
    _rewrite(project, "product_attributes", 2, "TOYS UNDER 1,0,12,")
    assert check_seeds(project) == len(SEEDS)


def test_all_faults_are_reported_at_once(project: Path) -> None:
    _rewrite(project, "lifestyle_rules", 3, "new_puppy,DOG COLLARS,needed,0.2")
    _rewrite(project, "lifestyle_rules", 5, "new_puppy,DOG BEDS,optional,-1")
    _rewrite(project, "product_types", 2, "GROUND COFFEE,coffee,kahvi,yes,true")
    told = " ".join(_problems(project))
    for place in (
        "lifestyle_rules.csv, line 3",
        "lifestyle_rules.csv, line 5",
        "types.csv, line 2",
    ):
        assert place in told


def test_a_lifestyle_that_no_purchases_can_reach_is_reported(project: Path) -> None:
    _rewrite(project, "lifestyle_types", 2, "new_puppy,60,0.7,240\nnew_pony,60,0.7,240")
    (told,) = _problems(project)
    assert told.startswith("seeds/lifestyle_types.csv, line 3: minimum_confidence: 0.7 is out of")


def test_a_missing_step_of_a_lifestyle_is_reported_on_its_last_line(project: Path) -> None:
    _rewrite(project, "lifestyle_steps", 3, "")
    (told,) = _problems(project)
    assert told.startswith("seeds/lifestyle_steps.csv, line 4: step: 'new_puppy' has no step 2")


def test_a_lifestyle_may_have_no_steps_and_an_item_nothing_to_show(project: Path) -> None:
    for line in (2, 3, 4):
        _rewrite(project, "lifestyle_steps", line, "")
    _rewrite(project, "newsletter_items", 2, f"2026-W48,{ITEM.removesuffix('DOG BEDS')}")
    assert check_seeds(project) == len(SEEDS)


def test_a_missing_seed_and_a_seed_without_a_row_model_are_reported(project: Path) -> None:
    (project / "seeds" / "lifestyle_rules.csv").rename(project / "seeds" / "rules.csv")
    told = " ".join(_problems(project))
    assert "seeds/lifestyle_rules.csv cannot be read" in told
    assert "seeds/rules.csv: no row model reads it" in told


def test_checking_leaves_the_seeds_as_they_are(project: Path) -> None:
    _rewrite(project, "lifestyle_rules", 3, "new_puppy,DOG COLLARS,needed,0.2")
    before = {file.name: file.read_bytes() for file in (project / "seeds").iterdir()}
    _problems(project)
    assert {file.name: file.read_bytes() for file in (project / "seeds").iterdir()} == before


def test_an_account_merged_into_a_merged_one_is_reported_with_the_remaining_account(
    project: Path,
) -> None:
    with (project / "seeds" / "merged_customers.csv").open("a") as file:
        file.write("a,b,2026-01-01\nb,c,2026-02-01\n")
    (told,) = _problems(project)
    assert told.startswith(
        "seeds/merged_customers.csv, line 2: customer_id: 'b' was merged on line 3; write 'c'"
    )


def test_an_account_cannot_be_merged_into_itself(project: Path) -> None:
    with (project / "seeds" / "merged_customers.csv").open("a") as file:
        file.write("d,d,2026-02-01\n")
    (told,) = _problems(project)
    assert "line 2: " in told
    assert "'d' cannot be merged into itself" in told
