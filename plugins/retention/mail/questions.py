"""What mails ask: the analysts' words for it, and whether words, mails and settings agree.

A campaign's `.yml` declares its questions, each with its answers; a mail links to
`{{answers}}/<question>/<answer>`; `words/<locale>.yml` says below `questions` what the page behind
such a link shows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from retention.mail.source import MailTemplateError, read_mail
from retention.project.strict_model import SettingsError
from retention.project.words import FOLDER, find_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from retention.mail.source import Part
    from retention.project.campaigns import Campaign
    from retention.project.shop import Shop
    from retention.project.words import QuestionWords

# Within a block it is {{../answers}} or {{@root.answers}}.
LINK = re.compile(r"\{\{\{?~?\s*(?:@root\.|(?:\.\./)+)?answers\s*~?\}?\}\}(?P<path>[^\s\"'<>]*)")
PATH = re.compile(r"/(?P<question>[a-z0-9_]+)/(?P<answer>[a-z0-9_]+)")


class QuestionError(SettingsError):
    """What is asked lacks words, or a mail's links lead nowhere; names the file and what to do."""


def check_questions(project: Path, shop: Shop, campaign: Campaign) -> None:
    """Make sure that a campaign's questions have words, and its mails link to them and no others.

    Raises:
        SettingsError: they do not; names each file, with the line of a link.
    """
    problems: list[str] = []
    locales = shop.locales(is_marketing=campaign.kind == "marketing")
    if campaign.questions:
        for locale in locales:
            words = find_words(project, locale).questions
            problems += _missing_words(campaign, f"{FOLDER}/{locale}.yml", words)
    for locale in locales:
        name = f"campaigns/{campaign.name}/email.{locale}.html"
        try:
            problems += _wrong_links(campaign, read_mail(project / name, name).body)
        except MailTemplateError as error:
            problems += error.problems
    if problems:
        raise QuestionError(*problems)


def check_unhappy_answers(shop: Shop, campaigns: Mapping[str, Campaign]) -> None:
    """Make sure that the answers which pause marketing can be given, where they are asked for.

    Raises:
        QuestionError: a question of `vars.unhappy_answers` has no such answer.
    """
    offered: dict[str, set[str]] = {}
    for campaign in campaigns.values():
        for question, answers in campaign.questions.items():
            offered.setdefault(question, set()).update(answers)
    problems = [
        f"dbt_project.yml: vars.unhappy_answers.{question}: '{answer}' is no answer to it; the"
        f" campaigns offer {', '.join(sorted(offered[question]))}"
        for question, answers in shop.marketing.unhappy_answers.items()
        for answer in answers
        if question in offered and answer not in offered[question]
    ]
    if problems:
        raise QuestionError(*problems)


def _missing_words(
    campaign: Campaign, file: str, words: Mapping[str, QuestionWords]
) -> Iterator[str]:
    for question, answers in campaign.questions.items():
        if question not in words:
            yield f"{file}: add questions.{question}, which the campaign {campaign.name} asks"
            continue
        for answer in answers:
            if answer not in words[question].answers:
                yield f"{file}: questions.{question}.answers: add '{answer}', an answer to it"


def _wrong_links(campaign: Campaign, body: Part) -> Iterator[str]:
    linked: set[tuple[str, str] | None] = set()
    declared = {
        (each, answer) for each, offered in campaign.questions.items() for answer in offered
    }
    for link in LINK.finditer(body.text):
        path = PATH.fullmatch(link["path"])
        asked = (path["question"], path["answer"]) if path else None
        if asked not in declared:
            line = body.line + body.text.count("\n", 0, link.start())
            yield f"{body.file}, line {line}: {_complaint(campaign, asked)}"
        linked.add(asked)
    for question, answer in sorted(declared - linked):
        link = f"{{{{answers}}}}/{question}/{answer}"
        yield f"{body.file}: there is no link to {link}, which {campaign.name}.yml declares"


def _complaint(campaign: Campaign, asked: tuple[str, str] | None) -> str:
    if asked is None:
        return "write the link as {{answers}}/<question>/<answer>, in names of the campaign's .yml"
    question, answer = asked
    if question not in campaign.questions:
        return f"{campaign.name}.yml declares no question '{question}'"
    offered = ", ".join(campaign.questions[question])
    return f"'{answer}' is no answer to '{question}' in {campaign.name}.yml; there are {offered}"
