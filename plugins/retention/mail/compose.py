"""Composes the mails of the campaigns: shared layout and a campaign's own words, per language.

A mail is `campaigns/<name>/email.<locale>.html`: front matter in YAML, then the body. `${...}` is
filled in here, once, with what holds for every customer: the shop's name, and the looks of
`mail_layouts/pieces.yml`. `{{...}}` is Handlebars, which SendGrid fills in for each.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING, Any

import yaml

from retention.mail.plain_text import plain_text
from retention.mail.source import (
    UNSUBSCRIBE,
    MailSource,
    MailTemplateError,
    Part,
    read_mail,
    read_text,
)
from retention.mail.template import TemplateSource
from retention.project.words import FOLDER, WordsError, find_words

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from retention.project.campaigns import Campaign
    from retention.project.shop import Shop

LAYOUT = "mail_layouts/email.html"
PIECES = "mail_layouts/pieces.yml"
# What the layout asks for beside the shop's constants.
LAYOUT_CONSTANTS = ("lang", "unsubscribe", "preheader", "why", "body")


@dataclass(frozen=True)
class Mail(TemplateSource):
    """A campaign's mail in one language, ready for SendGrid; all its parts are Handlebars.

    Attributes:
        preheader: what a list of mails shows after the subject; also hidden in the HTML.
        source: what the analyst wrote, to tell lines of the file.
        traced_html: the HTML, with file and line of each link and picture in `data-at`.
    """

    preheader: str
    source: MailSource
    traced_html: str


@dataclass(frozen=True)
class Frame:
    """What all mails share.

    Attributes:
        layout: goes around each of them.
        constants: what holds for every customer, by name.
        pieces: the looks of what mails are made of, HTML by name.
    """

    layout: Part
    constants: dict[str, str]
    pieces: dict[str, str]


def compose_mails(
    project: Path, shop: Shop, campaigns: Mapping[str, Campaign]
) -> tuple[list[Mail], dict[str, MailTemplateError]]:
    """Compose every mail of the campaigns, in every language of such mails.

    Args:
        project: folder of the dbt project.
        shop: whose mails they are.
        campaigns: by name, as `read_campaigns` returns them.

    Returns:
        The mails of the campaigns that can be written in every language; and by name of campaign
        why the others cannot.
    """
    mails: list[Mail] = []
    stopped: dict[str, MailTemplateError] = {}
    for name, campaign in campaigns.items():
        try:
            mails += compose_campaign(
                project, shop, name, is_marketing=campaign.kind == "marketing"
            )
        except MailTemplateError as error:
            stopped[name] = error
    return mails, stopped


def compose_campaign(project: Path, shop: Shop, campaign: str, *, is_marketing: bool) -> list[Mail]:
    """Compose the mails of one campaign, one in each language of such mails.

    Args:
        project: folder of the dbt project.
        shop: whose mails they are.
        campaign: name of its folder.
        is_marketing: whether its mails must carry an unsubscribe link.

    Raises:
        MailTemplateError: a mail is missing or incomplete, is not Handlebars as SendGrid knows it,
            shows data unescaped, asks for a constant that does not exist, or marketing would go
            out without an unsubscribe link; names all that is wrong.
    """
    constants = _constants(shop)
    pieces = _read_pieces(project)
    layout = _read_layout(project, is_marketing=is_marketing)
    frame = Frame(Part(layout, LAYOUT), constants, pieces)
    problems = _layout_problems(frame, is_marketing=is_marketing)
    written: dict[str, tuple[MailSource, str]] = {}
    for locale in shop.locales(is_marketing=is_marketing):
        try:
            written[locale] = (
                _read_sound_mail(project, campaign, locale, (*constants, *pieces)),
                _layout_words(project, locale),
            )
        except MailTemplateError as error:
            problems += error.problems
    if problems:
        raise MailTemplateError(*dict.fromkeys(problems))
    return [
        _compose(campaign, locale, source, frame, unsubscribe)
        for locale, (source, unsubscribe) in written.items()
    ]


def _read_sound_mail(
    project: Path, campaign: str, locale: str, constants: Collection[str]
) -> MailSource:
    name = f"campaigns/{campaign}/email.{locale}.html"
    source = read_mail(project / name, name)
    if problems := source.find_problems(constants):
        raise MailTemplateError(*problems)
    return source


def _read_layout(project: Path, *, is_marketing: bool) -> str:
    """Return the layout; nobody can unsubscribe from transactional mail, so its link goes.

    Its line stays, empty, for the numbers of the others.
    """
    lines = read_text(project / LAYOUT, LAYOUT).split("\n")
    kept = ("" if UNSUBSCRIBE in line and not is_marketing else line for line in lines)
    return "\n".join(kept)


def _layout_problems(frame: Frame, *, is_marketing: bool) -> list[str]:
    problems = frame.layout.find_problems((*frame.constants, *LAYOUT_CONSTANTS))
    if is_marketing and UNSUBSCRIBE not in frame.layout.text:
        problems.append(f"{LAYOUT}: no {UNSUBSCRIBE} link, which marketing mail must carry")
    return problems


def _compose(
    campaign: str, locale: str, source: MailSource, frame: Frame, unsubscribe: str
) -> Mail:
    constants = frame.constants | {"unsubscribe": unsubscribe}
    escaped = {name: html.escape(value) for name, value in constants.items()}
    preheader, why = (
        html.escape(_fill(part, constants), quote=False) for part in (source.preheader, source.why)
    )
    words = escaped | {"lang": locale, "preheader": preheader, "why": why}

    def page(layout: Part, body: Part) -> str:
        return _fill(layout, words | {"body": _fill(body, frame.pieces | escaped)})

    whole = page(frame.layout, source.body)
    return Mail(
        campaign=campaign,
        locale=locale,
        subject=_fill(source.subject, constants),
        html=whole,
        plain=plain_text(whole),
        preheader=_fill(source.preheader, constants),
        source=source,
        traced_html=page(frame.layout.traced(), source.body.traced()),
    )


def _layout_words(project: Path, locale: str) -> str:
    """Return what the layout itself says: the words of the unsubscribe link."""
    try:
        return str(find_words(project, locale).mails["unsubscribe"])
    except WordsError as error:
        raise MailTemplateError(*error.problems) from error
    except KeyError:
        message = f"{FOLDER}/{locale}.yml: add mails.unsubscribe, which the layout shows"
        raise MailTemplateError(message) from None


def _read_pieces(project: Path) -> dict[str, Any]:
    """Return the looks of the mails' pieces, by name."""
    try:
        return yaml.safe_load(read_text(project / PIECES, PIECES))
    except yaml.YAMLError as error:
        message = f"{PIECES} is not YAML: {' '.join(str(error).split())}"
        raise MailTemplateError(message) from error


def _constants(shop: Shop) -> dict[str, str]:
    return {
        "shop_name": shop.storefront.shop_name,
        "shop_url": shop.storefront.shop_url,
        "shop_address": shop.storefront.shop_address,
    }


def _fill(part: Part, constants: Mapping[str, str]) -> str:
    return Template(part.text).substitute(constants)
