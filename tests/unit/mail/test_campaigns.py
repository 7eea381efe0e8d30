"""What the engine reads of the campaigns, and its errors for those that are wrong."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from retention.project.campaigns import (
    CampaignError,
    check_campaign_folders,
    check_guarded_marts,
    read_campaigns,
)
from retention.project.shop import project_directory, read_shop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_every_listed_campaign_is_read_from_the_manifest(manifest: Path) -> None:
    assert set(read_campaigns(manifest)) == set(read_shop().nights.campaigns)


def test_a_campaign_cannot_be_changed_once_read(manifest: Path) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        read_campaigns(manifest)["winback"].priority = 99


def test_a_campaign_knows_the_marts_it_reads_through_others(manifest: Path) -> None:
    winback = read_campaigns(manifest)["winback"]
    assert {"lifecycle", "baskets", "stg_orders"} <= winback.upstream_models
    assert "replenishment" not in winback.upstream_models
    assert "product_types" not in winback.upstream_models, "a seed is no model"


def test_the_steps_of_a_campaign_are_not_campaigns(manifest: Path) -> None:
    nodes = json.loads(manifest.read_text())["nodes"]
    assert "model.paluu.second_purchase_window" in nodes
    assert "second_purchase_window" not in read_campaigns(manifest)


@pytest.mark.parametrize(
    ("setting", "value", "complaint"),
    [
        ("colour", "green", "colour: this key is not known; the keys here are kind, channel"),
        ("priority", "high", "priority: Input should be a valid integer"),
        ("holdout_percent", 100, "holdout_percent: Input should be less than 100"),
        ("purpose", "all", "purpose: 'all' has a special meaning in the ledger"),
        ("purpose", "address", "purpose: 'address' has a special meaning in the ledger"),
        ("kind", "newsletter", "kind: Input should be 'marketing' or 'transactional'"),
        ("owner", None, "owner: this key is missing; the keys here are kind, channel"),
    ],
)
def test_an_impossible_setting_is_named_with_its_file_and_key(
    manifest_with: Callable[..., Path], setting: str, value: object, complaint: str
) -> None:
    with pytest.raises(CampaignError) as raised:
        read_campaigns(manifest_with(**{setting: value}))
    assert str(raised.value).startswith("campaigns/winback/winback.yml: config.meta.campaign.")
    assert complaint in str(raised.value)


def test_only_keys_that_people_write_are_offered_to_them(
    manifest_with: Callable[..., Path],
) -> None:
    with pytest.raises(CampaignError) as raised:
        read_campaigns(manifest_with(colour="green"))
    assert "upstream_models" not in str(raised.value)


def test_every_impossible_setting_is_a_separate_problem(
    manifest_with: Callable[..., Path],
) -> None:
    with pytest.raises(CampaignError) as raised:
        read_campaigns(manifest_with(priority="high", kind="newsletter"))
    assert len(raised.value.problems) == 2


def test_the_error_for_missing_settings_says_where_they_belong(
    manifest: Path, tmp_path: Path
) -> None:
    content = json.loads(manifest.read_text())
    del content["nodes"]["model.paluu.winback"]["config"]["meta"]["campaign"]
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps(content))
    with pytest.raises(CampaignError, match=r"winback\.yml: config\.meta\.campaign is missing"):
        read_campaigns(file)


def test_the_folders_and_the_list_of_campaigns_agree() -> None:
    check_campaign_folders(project_directory())


def test_a_folder_that_is_not_listed_is_an_error(project: Path) -> None:
    shutil.copytree(project / "campaigns/winback", project / "campaigns/comeback")
    with pytest.raises(CampaignError, match=r"add 'comeback' to vars\.campaigns"):
        check_campaign_folders(project)


def test_a_listed_name_without_folder_is_an_error(project: Path) -> None:
    shutil.rmtree(project / "campaigns/winback")
    with pytest.raises(CampaignError, match=r"'winback' is listed .* create the folder"):
        check_campaign_folders(project)


def test_a_folder_without_its_model_is_an_error(project: Path) -> None:
    (project / "campaigns/winback/winback.sql").unlink()
    with pytest.raises(CampaignError, match=r"campaigns/winback/winback\.sql is missing"):
        check_campaign_folders(project)


def test_exactly_the_marts_with_expectations_are_guarded() -> None:
    check_guarded_marts(project_directory())


def test_a_suite_that_guards_nothing_is_an_error(project: Path) -> None:
    (project / "expectations/churn.yml").write_text("mart: churn\n")
    with pytest.raises(CampaignError, match=r"add 'churn' to vars\.guarded_marts"):
        check_guarded_marts(project)


def test_a_guarded_mart_without_a_suite_is_an_error(project: Path) -> None:
    (project / "expectations/lifecycle.yml").unlink(missing_ok=True)
    with pytest.raises(CampaignError, match=r"'lifecycle' is in vars\.guarded_marts, but"):
        check_guarded_marts(project)
