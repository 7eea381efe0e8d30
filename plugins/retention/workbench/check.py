"""Checks that the dbt project is consistent, from the shop's settings to every mail and suite."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from retention.mail.candidate import read_sample_data
from retention.mail.compose import compose_campaign
from retention.mail.questions import check_questions, check_unhappy_answers
from retention.mail.source import MailTemplateError
from retention.mail.warnings.find import find_warnings
from retention.project.campaigns import (
    Campaign,
    check_campaign_folders,
    check_guarded_marts,
    read_campaigns,
)
from retention.project.manifest import ManifestError, current_manifest, model_schemas
from retention.project.seeds.check import check_seeds
from retention.project.shop import read_shop
from retention.project.strict_model import SettingsError
from retention.project.words import check_words
from retention.project.words_in_sql import check_language_data
from retention.quality.expectations import Suite, read_suite, schema_of, suite_files
from retention.quality.great_expectations import find_fault
from retention.rewards.plausibility import SUITE as REWARD_SUITE
from retention.workbench.explain.explanations import read_explanations
from retention.workbench.explain.languages import read_languages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TypeVar

    from retention.mail.compose import Mail
    from retention.project.shop import Shop

    Read = TypeVar("Read")


@dataclass
class ProjectCheck:
    """Result of a check.

    Attributes:
        campaigns: number of checked campaigns.
        mails: number of checked mails.
        suites: number of checked suites.
        problems: one entry each, with file, key or line, and what to do.
        warnings: possible mistakes in mails that can be sent, with file and line.
    """

    campaigns: int = 0
    mails: int = 0
    suites: int = 0
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def attempt(
        self, read: Callable[..., Read], *arguments: object, **named: object
    ) -> Read | None:
        """Return the result of `read`; on problems add them once each, and return None."""
        try:
            return read(*arguments, **named)
        except ManifestError as error:
            self.add(str(error))
        except SettingsError as error:
            self.add(*error.problems)
        return None

    def add(self, *problems: str) -> None:
        """Add problems, without duplicates."""
        self.problems += [each for each in dict.fromkeys(problems) if each not in self.problems]


def check_project(project: Path) -> ProjectCheck:
    """Update the manifest, and check settings, campaigns, seeds, suites and mails."""
    check = ProjectCheck()
    shop = check.attempt(read_shop, project)
    check.attempt(check_campaign_folders, project)
    check.attempt(check_guarded_marts, project)
    if shop is not None:
        check.attempt(check_seeds, project)
        check.attempt(check_words, project, shop)
    check.attempt(check_language_data, project)
    # Only without problems so far: dbt would report the same ones less clearly.
    schemas = campaigns = None
    if not check.problems and (manifest := check.attempt(current_manifest, project)):
        schemas = model_schemas(project)
        campaigns = read_campaigns(manifest)
        check.attempt(_check_explanations, project, manifest)
    _check_suites(check, project, schemas)
    if shop is not None:
        _check_mails(check, project, shop, campaigns or {})
        check.attempt(check_unhappy_answers, shop, campaigns or {})
    return check


def _check_explanations(project: Path, manifest: Path) -> None:
    read_explanations(manifest, read_languages(project))


def _check_suites(check: ProjectCheck, project: Path, schemas: dict[str, str] | None) -> None:
    _check_reward_suite(check, project)
    for file in suite_files(project):
        check.suites += 1
        suite = check.attempt(read_suite, file)
        if suite is not None:
            if schemas is not None:
                check.attempt(schema_of, suite, schemas)
            check.add(*_faults(suite))


def _check_reward_suite(check: ProjectCheck, project: Path) -> None:
    """Check the suite for the grades of a rewards run, which are in the ledger, not in a model."""
    check.suites += 1
    suite = check.attempt(read_suite, project / REWARD_SUITE)
    if suite is not None:
        check.add(*_faults(suite))


def _faults(suite: Suite) -> Iterator[str]:
    for number, expectation in enumerate(suite.expectations, start=1):
        if fault := find_fault(expectation.model_dump()):
            yield f"expectations/{suite.mart}.yml: expectation {number}: {fault}"


def _check_mails(
    check: ProjectCheck, project: Path, shop: Shop, campaigns: dict[str, Campaign]
) -> None:
    for name in shop.nights.campaigns:
        check.campaigns += 1
        # Without a manifest, each campaign is checked as marketing, which has stricter rules.
        is_marketing = name not in campaigns or campaigns[name].kind == "marketing"
        check.mails += len(shop.locales(is_marketing=is_marketing))
        if (project / "campaigns" / name).is_dir():
            mails = check.attempt(compose_campaign, project, shop, name, is_marketing=is_marketing)
            check.warnings += _mail_warnings(mails, project, shop, is_marketing=is_marketing)
        if name in campaigns:
            check.attempt(check_questions, project, shop, campaigns[name])


def _mail_warnings(
    mails: list[Mail] | None, project: Path, shop: Shop, *, is_marketing: bool
) -> list[str]:
    """Return possible mistakes in a campaign's mails; empty for broken mails."""
    if not mails:
        return []
    try:
        data = read_sample_data(project, mails[0].campaign)
        return find_warnings(mails, data, shop, project, is_marketing=is_marketing)
    except MailTemplateError as error:
        # Only a warning: the night does not need the sample.
        return list(error.problems)
