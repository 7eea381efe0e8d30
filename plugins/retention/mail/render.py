"""A mail as its reader would see it: the template filled with data, as SendGrid fills it."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic_handlebars import HandlebarsError

from retention.mail.source import MailTemplateError
from sendgrid_templates import handlebars

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retention.mail.compose import Mail


@dataclass(frozen=True)
class RenderedMail:
    """What arrives.

    Attributes:
        campaign: whose mail it is.
        subject: text, as is the preheader.
        html: the whole page.
        plain: the same for people who read without HTML.
        traced_html: the page, with file and line of each link and picture in `data-at`.
    """

    campaign: str
    locale: str
    subject: str
    preheader: str
    html: str
    plain: str
    traced_html: str


def render_mail(mail: Mail, context: Mapping[str, Any]) -> RenderedMail:
    """Return the mail as a reader with this data would get it.

    Args:
        mail: as `compose_campaign` returns it.
        context: all that it can show, in the mail's language.

    Raises:
        MailTemplateError: its Handlebars do with these data what SendGrid would not; names the
            file.
    """
    data = dict(context)
    try:
        return RenderedMail(
            campaign=mail.campaign,
            locale=mail.locale,
            subject=handlebars.render(mail.subject, data),
            # It is HTML in the mail, and a line of text in a list of mails.
            preheader=html.unescape(handlebars.render(mail.preheader, data)),
            html=handlebars.render(mail.html, data),
            plain=handlebars.render(mail.plain, data),
            traced_html=handlebars.render(mail.traced_html, data),
        )
    except HandlebarsError as error:
        message = f"{mail.source.body.file} cannot be filled in: {error}"
        raise MailTemplateError(message) from error
