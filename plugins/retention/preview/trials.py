"""Rendered mails on their way to somebody who wants to look at them: an inbox, or a colleague."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from retention.delivery.sendgrid import SendGrid, SendGridSettingsError
from retention.delivery.settings import Sender
from retention.delivery.trial_mail import PREVIEW, TEST, send_trial
from retention.mail_rendering import render_mail
from retention.mail_samples import ADDED
from retention.mail_templates import compose_campaign
from retention.preview.previews import mails_to_show

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from retention.campaigns import Campaign
    from retention.mail_data import MailData
    from retention.mail_rendering import RenderedMail
    from retention.shop import Shop

NOBODY = "preview@example.com"


def put_into_inbox(mails: Iterable[RenderedMail], shop: Shop) -> str | None:
    """Put mails into the inbox of a sandbox on this machine; return its address.

    Returns:
        None when the environment leads to no sandbox: nothing was sent.

    Raises:
        TrialNotSentError: the sandbox refuses a mail.
    """
    try:
        client = SendGrid.from_environment()
    except SendGridSettingsError:
        return None
    sender = Sender(shop.sender_email, shop.sender_name)
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
    """Return the mail that a colleague gets, in which no link acts for a customer.

    Args:
        project: folder of the dbt project.
        shop: whose mail it is.
        campaign: whose it is.
        data: what the mail is filled with.
        locale: its language; None takes the candidate's, or the shop's default.

    Raises:
        MailTemplateError: the mail cannot be composed or filled in.
        CampaignError: the campaign is not written in the language.
    """
    is_marketing = campaign.kind == "marketing"
    mails = compose_campaign(project, shop, campaign.name, is_marketing=is_marketing)
    wanted = locale or data.locale or shop.default_locale
    (mail,) = mails_to_show(mails, data, wanted)
    return render_mail(mail, data.context(wanted) | _harmless_links(shop))


def send_test_mail(mail: RenderedMail, shop: Shop, recipient: str) -> str:
    """Send a mail to a colleague, marked as a test; return SendGrid's id of it.

    Args:
        mail: what `render_for_test` returns.
        shop: whose mail it is.
        recipient: the colleague's address, which is neither logged nor kept.

    Raises:
        SendGridSettingsError: the environment does not lead to an account, or to one that a test
            mode forbids.
        TrialNotSentError: SendGrid did not take the mail, or nobody knows.
    """
    sender = Sender(shop.sender_email, shop.sender_name)
    with SendGrid.from_environment() as client:
        return send_trial(client, mail, sender, recipient, TEST)


def _harmless_links(shop: Shop) -> dict[str, str]:
    """Return the shop's page for each link that would act for a customer.

    What mails put behind such a link is lost in the fragment.
    """
    acting = (name for name, value in ADDED.items() if str(value).startswith("https:"))
    return dict.fromkeys(acting, f"{shop.shop_url}#test")
