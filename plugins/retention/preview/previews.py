"""What there is to see of one campaign: its mails with a candidate's data, and the warnings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention.campaigns import CampaignError, read_campaigns
from retention.mail_rendering import RenderedMail, render_mail
from retention.mail_templates import compose_campaign
from retention.mail_warnings.find import find_warnings
from retention.manifest import current_manifest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from retention.campaigns import Campaign
    from retention.mail_data import MailData
    from retention.mail_templates import Mail
    from retention.shop import Shop


@dataclass(frozen=True)
class Preview:
    """One campaign's mails with one candidate's data.

    Attributes:
        mails: in the languages that were asked for.
        sparse: the same without what may be missing; empty when the candidate is real.
        warnings: of all languages, with file and line.
    """

    campaign: Campaign
    data: MailData
    mails: tuple[RenderedMail, ...]
    sparse: tuple[RenderedMail, ...]
    warnings: tuple[str, ...]


def find_campaign(project: Path, name: str) -> Campaign:
    """Return the campaign of this name.

    Raises:
        CampaignError: there is no such campaign; names those there are.
    """
    campaigns = read_campaigns(current_manifest(project))
    if name not in campaigns:
        message = f"there is no campaign '{name}'; there are {', '.join(campaigns)}"
        raise CampaignError(message)
    return campaigns[name]


def preview_campaign(
    project: Path, shop: Shop, campaign: Campaign, data: MailData, locale: str | None = None
) -> Preview:
    """Return what there is to see.

    Args:
        project: folder of the dbt project.
        shop: whose mails they are.
        campaign: whose they are.
        data: what they are filled with.
        locale: the one language to show; None shows all that the data can fill. Warnings are of
            all languages.

    Raises:
        MailTemplateError: a mail cannot be composed or filled in; names all that is wrong.
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
    """Return the mail of a campaign in the language, in a list.

    Raises:
        CampaignError: the campaign is not written in it.
    """
    found = [mail for mail in mails if mail.locale == locale]
    if not found:
        written = ", ".join(mail.locale for mail in mails)
        message = f"'{mails[0].campaign}' is not written in '{locale}', but in {written}"
        raise CampaignError(message)
    return found
