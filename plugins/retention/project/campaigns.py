"""Reads the campaigns that analysts write, from the dbt manifest and the campaign folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, ValidationError

from retention.project.shop import read_shop
from retention.project.strict_model import SettingsError, StrictModel, explain

FOLDER = "campaigns"
RESERVED_PURPOSES = ("address", "all")  # in `ledger.suppressions` these cover all purposes


Name = Annotated[str, Field(pattern="^[a-z0-9_]+$", max_length=40)]  # part of a link


class CampaignError(SettingsError):
    """A campaign is invalid; the message has the file and what to change in it."""


def _refuse_reserved(purpose: str) -> str:
    if purpose in RESERVED_PURPOSES:
        message = f"'{purpose}' has a special meaning in the ledger: choose another word"
        raise ValueError(message)
    return purpose


class CampaignSettings(StrictModel):
    """The settings of a campaign, `config.meta.campaign` in its `.yml`.

    Attributes:
        kind: marketing needs consent and obeys caps and holdouts; transactional does not.
        channel: the channel of its messages.
        purpose: the consent it relies on, such as `offers`.
        priority: the highest priority wins when several campaigns want the same customer.
        cooldown_days: minimum days between two messages to the same customer.
        holdout_percent: share of customers who do not get it, to measure its effect.
        expires_days: days after which an unsent message is worthless.
        owner: the team or person responsible for it.
        stops_after_purchase: skip customers who have ordered since the night decided.
        is_goodbye: recipients get no other marketing until they order again.
        recipient: the mail goes to the customer, or to the shop's own support.
        questions: questions in its mails, each with its one-click answers.
    """

    model_config = ConfigDict(strict=True)

    kind: Literal["marketing", "transactional"]
    channel: Literal["email"]
    purpose: Annotated[str, Field(min_length=1), AfterValidator(_refuse_reserved)]
    priority: Annotated[int, Field(ge=0, le=100)]
    cooldown_days: Annotated[int, Field(ge=0)]
    holdout_percent: Annotated[float, Field(ge=0, lt=100)]
    expires_days: Annotated[int, Field(ge=1)]
    owner: Annotated[str, Field(min_length=1)]
    stops_after_purchase: bool = False
    is_goodbye: bool = False
    recipient: Literal["customer", "support"] = "customer"
    questions: dict[Name, Annotated[tuple[Name, ...], Field(strict=False, min_length=2)]] = Field(
        default_factory=dict
    )


class Campaign(CampaignSettings):
    """One campaign.

    Attributes:
        name: common name of the folder, the model and the mails.
        upstream_models: names of all dbt models that it reads, directly or indirectly.
    """

    name: str
    upstream_models: frozenset[str]


def read_campaigns(manifest: Path) -> dict[str, Campaign]:
    """Read the campaigns by name from a dbt manifest.

    Args:
        manifest: path of `manifest.json`, see `retention.project.manifest`.

    Raises:
        CampaignError: settings of campaigns are missing, unknown or invalid; the message has each
            file and key.
    """
    nodes: dict[str, dict[str, Any]] = json.loads(manifest.read_text())["nodes"]
    campaigns: dict[str, Campaign] = {}
    problems: list[str] = []
    for key in sorted(key for key, node in nodes.items() if _is_campaign(node)):
        try:
            campaigns[nodes[key]["name"]] = _read(nodes, key)
        except CampaignError as error:
            problems += error.problems
    if problems:
        raise CampaignError(*problems)
    return campaigns


def check_campaign_folders(project: Path) -> None:
    """Check that `vars.campaigns` and the folders under `campaigns/` have the same campaigns.

    Raises:
        CampaignError: a folder is not listed, a listed name has no folder, or a folder lacks its
            model; the message says how to fix each.
        ShopSettingsError: the list cannot be read.
    """
    listed = read_shop(project).nights.campaigns
    folders = {folder.name for folder in (project / FOLDER).iterdir() if folder.is_dir()}
    problems = [
        f"{FOLDER}/{name} is not listed: add '{name}' to vars.campaigns in dbt_project.yml, or"
        " delete the folder"
        for name in sorted(folders - set(listed))
    ]
    problems += [
        f"'{name}' is listed in vars.campaigns of dbt_project.yml, but {FOLDER}/{name}/ does not"
        " exist: create the folder, or take the name off the list"
        for name in listed
        if name not in folders
    ]
    problems += [
        f"{FOLDER}/{name}/{name}{suffix} is missing: a campaign's files are named after its folder"
        for name in sorted(folders)
        for suffix in (".sql", ".yml")
        if not (project / FOLDER / name / f"{name}{suffix}").is_file()
    ]
    if problems:
        raise CampaignError(*problems)


def check_guarded_marts(project: Path) -> None:
    """Check that `vars.guarded_marts` lists exactly the marts that have expectations.

    A guarded mart without a suite would gate its campaigns every night. A suite for an unguarded
    mart would gate nothing, whatever it finds.

    Raises:
        CampaignError: the two differ; the message says what to do.
        ShopSettingsError: the list cannot be read.
    """
    guarded = set(read_shop(project).nights.guarded_marts)
    suites = {file.stem for file in (project / "expectations").glob("*.yml")}
    problems = [
        f"expectations/{mart}.yml guards nothing: add '{mart}' to vars.guarded_marts"
        for mart in sorted(suites - guarded)
    ]
    problems += [
        f"'{mart}' is in vars.guarded_marts, but expectations/{mart}.yml does not exist: write"
        " the suite, or take the name off the list"
        for mart in sorted(guarded - suites)
    ]
    if problems:
        raise CampaignError(*(f"dbt_project.yml: {problem}" for problem in problems))


def _is_campaign(node: dict[str, Any]) -> bool:
    """Whether the node is its folder's campaign, and not one of its intermediate models."""
    name = node["name"]
    file = Path(node["original_file_path"])
    return node["resource_type"] == "model" and file == Path(FOLDER) / name / f"{name}.sql"


def _read(nodes: dict[str, dict[str, Any]], key: str) -> Campaign:
    node = nodes[key]
    file = Path(node["original_file_path"]).with_suffix(".yml")
    settings = node["config"]["meta"].get("campaign")
    if not isinstance(settings, dict):
        message = f"{file}: config.meta.campaign is missing; copy it from another campaign"
        raise CampaignError(message)
    try:
        read = CampaignSettings.model_validate(settings)
    except ValidationError as error:
        problems = explain(error, CampaignSettings, under="config.meta.campaign")
        raise CampaignError(*(f"{file}: {problem}" for problem in problems)) from error
    return Campaign(**read.model_dump(), name=node["name"], upstream_models=_upstream(nodes, key))


def _upstream(nodes: dict[str, dict[str, Any]], key: str) -> frozenset[str]:
    found: set[str] = set()
    waiting = [key]
    while waiting:
        parents = nodes[waiting.pop()].get("depends_on", {}).get("nodes", [])
        fresh = [parent for parent in parents if parent in nodes and parent not in found]
        found.update(fresh)
        waiting += fresh
    return frozenset(
        nodes[parent]["name"] for parent in found if nodes[parent]["resource_type"] == "model"
    )
