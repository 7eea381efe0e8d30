"""The preview of one campaign: its mails with a candidate's data, and warnings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention.mail.compose import compose_campaign
from retention.mail.render import RenderedMail, render_mail
from retention.mail.warnings.find import find_warnings
from retention.project.campaigns import CampaignError, read_campaigns
from retention.project.manifest import current_manifest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from retention.mail.candidate import MailData
    from retention.mail.compose import Mail
    from retention.project.campaigns import Campaign
    from retention.project.shop import Shop


@dataclass(frozen=True)
class Preview:
    """One campaign's mails with one candidate's data.

    Attributes:
        mails: mails in the requested languages.
        sparse: the same without optional data; empty for a real candidate.
        warnings: warnings for all languages, with file and line.
    """

    campaign: Campaign
    data: MailData
    mails: tuple[RenderedMail, ...]
    sparse: tuple[RenderedMail, ...]
    warnings: tuple[str, ...]


def find_campaign(project: Path, name: str) -> Campaign:
    """Return the campaign with this name.

    Raises:
        CampaignError: the campaign does not exist; the message lists the campaigns.
    """
    campaigns = read_campaigns(current_manifest(project))
    if name not in campaigns:
        message = f"there is no campaign '{name}'; the campaigns are {', '.join(campaigns)}"
        raise CampaignError(message)
    return campaigns[name]


def preview_campaign(
    project: Path, shop: Shop, campaign: Campaign, data: MailData, locale: str | None = None
) -> Preview:
    """Return the preview of a campaign.

    Args:
        project: folder of the dbt project.
        shop: the sending shop.
        campaign: the campaign.
        data: data of the candidate.
        locale: the only language to show; None shows all that the data can fill. Warnings cover
            all languages.

    Raises:
        MailTemplateError: a mail cannot be composed or rendered; the message has every problem.
        CampaignError: the campaign is not written in the language, nor to the customer.
    """
    is_marketing = campaign.kind == "marketing"
    mails = compose_campaign(project, shop, campaign.name, is_marketing=is_marketing)
    shown = mails_to_show(mails, data, locale)
    warnings = find_warnings(mails, data, shop, project, is_marketing=is_marketing)
    full = (render_mail(mail, data.context(mail.locale)) for mail in shown)
    sparse = (
        render_mail(mail, data.sparse_context(mail.locale)) for mail in shown if data.is_sample
    )
    return Preview(campaign, data, tuple(full), tuple(sparse), tuple(warnings))


def mails_to_show(mails: Sequence[Mail], data: MailData, locale: str | None) -> list[Mail]:
    """Return the mails that can be filled with the data, in the language if one is named.

    Raises:
        CampaignError: the campaign is not written in the language, nor to the customer.
    """
    if data.locale and locale not in {None, data.locale}:
        message = f"this customer is written to in '{data.locale}', and in no other language"
        raise CampaignError(message)
    return in_language(mails, locale) if locale else data.spoken(mails)


def in_language(mails: Sequence[Mail], locale: str) -> list[Mail]:
    """Return the campaign's mail in the language, as a list.

    Raises:
        CampaignError: the campaign is not written in the language.
    """
    found = [mail for mail in mails if mail.locale == locale]
    if not found:
        written = ", ".join(mail.locale for mail in mails)
        message = f"'{mails[0].campaign}' is not written in '{locale}', but in {written}"
        raise CampaignError(message)
    return found
