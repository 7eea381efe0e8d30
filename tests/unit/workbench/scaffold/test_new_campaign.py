"""Invalid names of new campaigns, which leave the project unchanged."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from retention.mail.candidate import read_sample_data
from retention.mail.compose import compose_campaign
from retention.mail.warnings.find import find_warnings
from retention.project.campaigns import CampaignError
from retention.project.shop import project_directory, read_shop
from retention.workbench.scaffold.new_campaign import make_campaign

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project without what dbt builds, to be added to."""
    copy = tmp_path / "project"
    ignored = shutil.ignore_patterns("logs", "target")
    shutil.copytree(project_directory(), copy, ignore=ignored)
    return copy


def contents(project: Path) -> dict[str, str]:
    return {str(file): file.read_text() for file in sorted(project.rglob("*.*"))}


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("Comeback", "is not a valid campaign name: use lower-case letters"),
        ("come-back", "is not a valid campaign name"),
        ("2nd", "is not a valid campaign name"),
        ("come__back", "is not a valid campaign name"),
        ("../comeback", "is not a valid campaign name"),
        ("", "is not a valid campaign name"),
        ("c" * 41, "is not a valid campaign name"),
        ("int_comeback", "is reserved"),
        ("sample", "is reserved"),
        ("preview", "is reserved"),
        ("winback", "'winback' is taken by campaigns/winback/winback.sql: dbt needs unique names"),
        ("lifecycle", "'lifecycle' is taken by models/signals/lifecycle.sql"),
        ("winback_favourites", "is taken by campaigns/winback/steps/winback_favourites.sql"),
        ("decisions", "'decisions' is taken by models/decisions/decisions.sql"),
        ("product_types", "'product_types' is taken by seeds/product_types.csv"),
    ],
)
def test_an_invalid_name_is_refused_and_nothing_is_created(
    project: Path, name: str, complaint: str
) -> None:
    before = contents(project)
    with pytest.raises(CampaignError, match=complaint):
        make_campaign(project, name)
    assert contents(project) == before


def test_a_copy_whose_steps_would_take_a_name_is_refused(project: Path) -> None:
    (project / "models/signals/again_window.sql").write_text("select 1 as one")
    before = contents(project)
    with pytest.raises(CampaignError, match=r"'again_window' is taken by models/signals/again_wi"):
        make_campaign(project, "again", like="second_purchase")
    assert contents(project) == before


def test_an_existing_folder_is_not_overwritten(project: Path) -> None:
    (project / "campaigns/comeback").mkdir()
    with pytest.raises(CampaignError, match="campaigns/comeback exists already"):
        make_campaign(project, "comeback")


def test_the_campaign_to_copy_must_exist(project: Path) -> None:
    with pytest.raises(
        CampaignError, match=r"no campaign 'winbak' to copy; the campaigns are .*winback"
    ):
        make_campaign(project, "comeback", like="winbak")


@pytest.mark.parametrize("kind", ["marketing", "transactional"])
def test_a_starters_mails_have_no_warning_in_any_language(project: Path, kind: str) -> None:
    make_campaign(project, "thanks", kind=kind)
    shop, is_marketing = read_shop(project), kind == "marketing"
    mails = compose_campaign(project, shop, "thanks", is_marketing=is_marketing)
    assert {mail.locale for mail in mails} == set(shop.locales(is_marketing=is_marketing))
    data = read_sample_data(project, "thanks")
    assert find_warnings(mails, data, shop, project, is_marketing=is_marketing) == []


def test_a_copy_differs_from_its_original_only_in_names(project: Path) -> None:
    made = make_campaign(project, "comeback", like="winback")
    assert made.mentions == ()
    source = project / "campaigns/winback"
    files = [file for file in source.rglob("*.*") if file.is_file()]
    assert source / "steps/winback_favourites.sql" in files
    for file in files:
        copy = made.folder / str(file.relative_to(source)).replace("winback", "comeback")
        assert copy.read_text() == file.read_text().replace("winback", "comeback")
