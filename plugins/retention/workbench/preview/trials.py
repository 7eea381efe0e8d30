"""Sends previews to a sandbox inbox, and test mails to a colleague."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from retention.delivery.settings import Sender
from retention.delivery.trial_mail import PREVIEW, TEST, send_trial
from retention.mail.compose import compose_campaign
from retention.mail.render import render_mail
from retention.mail.sample import ADDED
from retention.sendgrid.client import SendGrid, SendGridSettingsError
from retention.workbench.preview.previews import mails_to_show

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from retention.mail.candidate import MailData
    from retention.mail.render import RenderedMail
    from retention.project.campaigns import Campaign
    from retention.project.shop import Shop

NOBODY = "preview@example.com"


def send_to_inbox(mails: Iterable[RenderedMail], shop: Shop) -> str | None:
    """Send mails to the inbox of a sandbox on this machine; return the inbox's URL.

    Returns:
        None when the environment does not point to a sandbox; then nothing was sent.

    Raises:
        TrialNotSentError: the sandbox refused a mail.
    """
    try:
        client = SendGrid.from_environment()
    except SendGridSettingsError:
        return None
    sender = Sender(shop.sending.sender_email, shop.sending.sender_name)
    with client:
        inbox = client.find_inbox()
        if inbox is None:
            return None
        for mail in mails:
            send_trial(client, mail, sender, NOBODY, PREVIEW)
    return f"{inbox}/?{urlencode({'campaign': PREVIEW.category})}"


def render_for_test(
    project: Path, shop: Shop, campaign: Campaign, data: MailData, locale: str | None
) -> RenderedMail:
    """Return a test mail for a colleague; none of its links acts on behalf of a customer.

    Args:
        project: folder of the dbt project.
        shop: the sending shop.
        campaign: the campaign.
        data: data of the candidate.
        locale: language of the mail; None means the candidate's, else the shop's default.

    Raises:
        MailTemplateError: the mail cannot be composed or rendered.
        CampaignError: the campaign is not written in the language.
    """
    is_marketing = campaign.kind == "marketing"
    mails = compose_campaign(project, shop, campaign.name, is_marketing=is_marketing)
    wanted = locale or data.locale or shop.languages.default_locale
    (mail,) = mails_to_show(mails, data, wanted)
    return render_mail(mail, data.context(wanted) | _harmless_links(shop))


def send_test_mail(mail: RenderedMail, shop: Shop, recipient: str) -> str:
    """Send a mail to a colleague, marked as a test; return SendGrid's id of the message.

    Args:
        mail: the result of `render_for_test`.
        shop: the sending shop.
        recipient: the colleague's address, which is neither logged nor stored.

    Raises:
        SendGridSettingsError: the environment has no account, or one that the test mode forbids.
        TrialNotSentError: SendGrid did not accept the mail, or its answer is unknown.
    """
    sender = Sender(shop.sending.sender_email, shop.sending.sender_name)
    with SendGrid.from_environment() as client:
        return send_trial(client, mail, sender, recipient, TEST)


def _harmless_links(shop: Shop) -> dict[str, str]:
    """Return the shop's URL for each link that would act on behalf of a customer.

    The fragment `#test` swallows anything that mails append to such a link.
    """
    acting = (name for name, value in ADDED.items() if str(value).startswith("https:"))
    return dict.fromkeys(acting, f"{shop.storefront.shop_url}#test")
