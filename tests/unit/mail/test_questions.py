"""The words of questions, and the links of mails to their answers."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
import yaml

from retention.mail.questions import (
    QuestionError,
    check_questions,
    check_unhappy_answers,
)
from retention.project.campaigns import read_campaigns
from retention.project.manifest import current_manifest
from retention.project.shop import project_directory, read_shop
from retention.project.words import read_words
from tests.languages import keep_english_and_finnish
from tests.shops import shop_that

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from retention.project.campaigns import Campaign

SATISFACTION = {"satisfaction": ("1", "2", "3", "4", "5")}
LINKS = "".join(f'<a href="{{{{answers}}}}/satisfaction/{n}">{n}</a>\n' for n in range(1, 6))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project's mails, in which winback asks how satisfied people are."""
    for folder in ("campaigns", "words"):
        shutil.copytree(project_directory() / folder, tmp_path / folder)
    shutil.copy(project_directory() / "dbt_project.yml", tmp_path)
    keep_english_and_finnish(tmp_path)
    for locale in ("en", "fi"):
        _add(tmp_path / f"campaigns/winback/email.{locale}.html", LINKS)
    return tmp_path


@pytest.fixture(scope="module")
def winback() -> Campaign:
    return read_campaigns(current_manifest())["winback"]


@pytest.fixture
def problems(project: Path, winback: Campaign) -> Callable[..., tuple[str, ...]]:
    """A function that returns winback's problems when it asks these questions."""

    def check(questions: dict[str, tuple[str, ...]] = SATISFACTION, **settings: str) -> tuple:
        campaign = winback.model_copy(update={"questions": questions} | settings)
        try:
            check_questions(project, read_shop(project), campaign)
        except QuestionError as error:
            return error.problems
        return ()

    return check


def _add(file: Path, text: str) -> None:
    file.write_text(file.read_text() + text)


def _change_words(project: Path, locale: str, change: Callable[[dict], object]) -> None:
    """Change the words of a language's questions."""
    file = project / f"words/{locale}.yml"
    words = yaml.safe_load(file.read_text())
    change(words["questions"])
    file.write_text(yaml.safe_dump(words, allow_unicode=True))


def test_every_question_has_the_same_answers_in_every_language() -> None:
    words, shop = read_words(project_directory()), read_shop()
    assert set(words) >= set(shop.locales(is_marketing=False))
    offered = [
        {question: list(said.answers) for question, said in language.questions.items()}
        for language in words.values()
    ]
    assert all(each == offered[0] for each in offered)
    assert offered[0] == {
        "satisfaction": ["1", "2", "3", "4", "5"],
        "review": ["good", "fair", "poor"],
        "interest": ["coffee_tea", "pets", "home", "fashion", "beauty", "toys"],
    }


def test_a_mail_that_links_to_each_answer_of_its_campaign_is_fine(problems) -> None:
    assert problems() == ()


def test_a_question_and_an_answer_without_words_are_named(problems, project: Path) -> None:
    _change_words(project, "en", lambda questions: questions.pop("satisfaction"))
    _change_words(project, "fi", lambda questions: questions["satisfaction"]["answers"].pop("3"))
    assert problems() == (
        "words/en.yml: add questions.satisfaction, which the campaign winback asks",
        "words/fi.yml: questions.satisfaction.answers: add '3', an answer to it",
    )


def test_a_transactional_mail_needs_the_words_of_its_other_languages(
    problems, project: Path
) -> None:
    shutil.copy(
        project / "campaigns/winback/email.en.html", project / "campaigns/winback/email.sv.html"
    )
    _change_words(project, "sv", lambda questions: questions.clear())
    assert problems() == ()
    (problem,) = problems(kind="transactional")
    assert problem.startswith("words/sv.yml: add questions.satisfaction")


@pytest.mark.parametrize(
    ("link", "complaint"),
    [
        ("{{answers}}/colour/red", "winback.yml declares no question 'colour'"),
        (
            "{{answers}}/satisfaction/6",
            "'6' is no answer to 'satisfaction' in winback.yml; there are 1, 2, 3, 4, 5",
        ),
        ("{{ answers }}/satisfaction", "write the link as {{answers}}/<question>/<answer>"),
        ("{{answers}}", "write the link as {{answers}}/<question>/<answer>"),
        ("{{@root.answers}}/satisfaction/{{this}}", "write the link as {{answers}}/<question>"),
        ("{{../answers}}/satisfaction/1?x=1", "write the link as {{answers}}/<question>"),
    ],
)
def test_a_link_that_leads_nowhere_is_named_with_its_line(
    problems, project: Path, link: str, complaint: str
) -> None:
    mail = project / "campaigns/winback/email.fi.html"
    line = len(mail.read_text().splitlines()) + 1
    _add(mail, f'<a href="{link}">?</a>')
    (problem,) = problems()
    assert problem.startswith(f"campaigns/winback/email.fi.html, line {line}: {complaint}")


def test_a_mail_may_not_ask_what_its_campaign_does_not_declare(problems) -> None:
    assert len(problems({})) == 2 * 5
    assert "declares no question 'satisfaction'" in problems({})[0]


def test_an_answer_that_no_mail_links_to_is_named_for_each_language(
    problems, project: Path
) -> None:
    mail = project / "campaigns/winback/email.fi.html"
    mail.write_text(mail.read_text().replace("{{answers}}/satisfaction/4", "https://example.com"))
    assert problems() == (
        "campaigns/winback/email.fi.html: there is no link to {{answers}}/satisfaction/4, which"
        " winback.yml declares",
    )


def test_an_unhappy_answer_that_no_question_offers_is_named(winback: Campaign) -> None:
    def check(*answers: str) -> None:
        asking = {"winback": winback.model_copy(update={"questions": SATISFACTION})}
        shop = shop_that(unhappy_answers={"satisfaction": answers})
        check_unhappy_answers(shop, asking)

    check("1", "2")
    with pytest.raises(QuestionError, match=r"unhappy_answers\.satisfaction: 'bad' is no answer"):
        check("1", "bad")


def test_an_unhappy_answer_to_a_question_not_asked_yet_is_allowed(winback: Campaign) -> None:
    check_unhappy_answers(read_shop(), {"winback": winback})
