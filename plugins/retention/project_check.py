"""Whether the dbt project fits together, from the shop's settings to every mail and suite."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from retention.campaigns import (
    Campaign,
    check_campaign_folders,
    check_guarded_marts,
    read_campaigns,
)
from retention.expectations import Suite, read_suite, schema_of, suite_files
from retention.explain.explanations import read_explanations
from retention.mail_data import read_sample_data
from retention.mail_sources import MailTemplateError
from retention.mail_templates import compose_campaign
from retention.mail_warnings.find import find_warnings
from retention.manifest import ManifestError, current_manifest, model_schemas
from retention.questions import check_questions, check_unhappy_answers
from retention.rewards.plausibility import SUITE as REWARD_SUITE
from retention.seeds.check import check_seeds
from retention.shop import read_shop
from retention.strict_model import SettingsError
from retention.validation import find_fault
from retention.words import check_words
from retention.words_in_sql import check_language_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TypeVar

    from retention.mail_templates import Mail
    from retention.shop import Shop

    Read = TypeVar("Read")


@dataclass
class ProjectCheck:
    """What was checked, and all that is wrong.

    Attributes:
        campaigns: how many campaigns were looked at; so `mails` and `suites`.
        problems: one entry each, with file, key or line, and what to do.
        warnings: what may be wrong with mails that can be sent, with file and line.
    """

    campaigns: int = 0
    mails: int = 0
    suites: int = 0
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def attempt(
        self, read: Callable[..., Read], *arguments: object, **named: object
    ) -> Read | None:
        """Return what `read` returns; None when it finds problems, which are noted, each once."""
        try:
            return read(*arguments, **named)
        except ManifestError as error:
            self.note(str(error))
        except SettingsError as error:
            self.note(*error.problems)
        return None

    def note(self, *problems: str) -> None:
        """Add problems that are not noted yet."""
        self.problems += [each for each in dict.fromkeys(problems) if each not in self.problems]


def check_project(project: Path) -> ProjectCheck:
    """Bring the manifest up to date, and check settings, campaigns, seeds, suites and mails."""
    check = ProjectCheck()
    shop = check.attempt(read_shop, project)
    check.attempt(check_campaign_folders, project)
    check.attempt(check_guarded_marts, project)
    if shop is not None:
        check.attempt(check_seeds, project)
        check.attempt(check_words, project, shop)
    check.attempt(check_language_data, project)
    # After these, for what they find would make dbt complain too, in words of its own.
    schemas = campaigns = None
    if not check.problems and (manifest := check.attempt(current_manifest, project)):
        schemas = model_schemas(project)
        campaigns = read_campaigns(manifest)
        check.attempt(read_explanations, manifest)
    _check_suites(check, project, schemas)
    if shop is not None:
        _check_mails(check, project, shop, campaigns or {})
        check.attempt(check_unhappy_answers, shop, campaigns or {})
    return check


def _check_suites(check: ProjectCheck, project: Path, schemas: dict[str, str] | None) -> None:
    _check_reward_suite(check, project)
    for file in suite_files(project):
        check.suites += 1
        suite = check.attempt(read_suite, file)
        if suite is not None:
            if schemas is not None:
                check.attempt(schema_of, suite, schemas)
            check.note(*_faults(suite))


def _check_reward_suite(check: ProjectCheck, project: Path) -> None:
    """Look at the suite whose rows are a run's in the ledger, not a model's."""
    check.suites += 1
    suite = check.attempt(read_suite, project / REWARD_SUITE)
    if suite is not None:
        check.note(*_faults(suite))


def _faults(suite: Suite) -> Iterator[str]:
    for number, expectation in enumerate(suite.expectations, start=1):
        if fault := find_fault(expectation.model_dump()):
            yield f"expectations/{suite.mart}.yml: expectation {number}: {fault}"


def _check_mails(
    check: ProjectCheck, project: Path, shop: Shop, campaigns: dict[str, Campaign]
) -> None:
    for name in shop.campaigns:
        check.campaigns += 1
        # Until the manifest can be read, each is taken for marketing, of which more is asked.
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
    """Return what may be wrong with a campaign's mails; nothing of those that are broken."""
    if not mails:
        return []
    try:
        data = read_sample_data(project, mails[0].campaign)
        return find_warnings(mails, data, shop, project, is_marketing=is_marketing)
    except MailTemplateError as error:
        # The night needs no sample, so that it may be wrong.
        return list(error.problems)
