"""The words of the languages, one file each: how mistakes in them are told."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from retention.project.shop import project_directory, read_shop
from retention.project.words import WordsError, check_words, find_words, read_words

if TYPE_CHECKING:
    from pathlib import Path

DATES = "{day: d MMM, date: d MMMM y, short_date: d.M.y, moment: d.M.y H.mm}"
SOUND = f"cldr: sv\ndates: {DATES}\nmails: {{hello: Hej}}\npages: {{}}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of words alone, and the shop's settings."""
    shutil.copytree(project_directory() / "words", tmp_path / "words")
    shutil.copy(project_directory() / "dbt_project.yml", tmp_path)
    return tmp_path


def test_the_languages_of_mails_have_the_same_words() -> None:
    check_words(project_directory(), read_shop())


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("en: [", "is not YAML"),
        ("- en", "the whole: Input should be a valid dictionary"),
        (SOUND.replace("sv", "klingon"), "cldr: 'klingon' is no locale of Unicode CLDR"),
        (SOUND.replace("d MMMM y", "d QQQQQQ y"), "dates.date: 'd QQQQQQ y' is no date in CLDR's"),
        (SOUND.replace("day: d MMM, ", ""), "dates.day: this key is missing; the keys here are"),
        (SOUND.replace("{hello: Hej}", "{hello: 1}"), "mails.hello: write a text there"),
        (SOUND.replace("{hello: Hej}", "{a: {one: en, other: null}}"), "mails.a: write a text"),
        (SOUND + "question: {}", "question: this key is not known; the keys here are cldr, dates"),
        (SOUND + "questions: soon", "questions: Input should be a valid dictionary"),
        (
            SOUND + "questions: {q: {ask: a, answers: {b: c}}}",
            "questions.q.thanks: this key is missing; the keys here",
        ),
        (
            SOUND + "questions: {q: {ask: a, thanks: b, answers: {c: d}, e: f}}",
            "questions.q.e: this key is not known",
        ),
        (
            SOUND + "questions: {q: {ask: a, thanks: b, answers: {1: c}}}",
            "put the names of answers in quotes: 1",
        ),
        (
            SOUND + "questions: {q: {ask: a, thanks: b, answers: {c: ''}}}",
            "questions.q.answers.c: String should have",
        ),
    ],
)
def test_words_that_cannot_be_are_named_with_their_key(
    project: Path, text: str, complaint: str
) -> None:
    (project / "words/sv.yml").write_text(text)
    with pytest.raises(WordsError) as raised:
        read_words(project)
    assert complaint in str(raised.value)
    assert str(raised.value).startswith("words/sv.yml")


def test_without_any_words_the_files_are_missed(project: Path) -> None:
    shutil.rmtree(project / "words")
    with pytest.raises(WordsError, match=r"words/ has no words: each language has its"):
        read_words(project)


def test_what_one_language_lacks_is_named(project: Path) -> None:
    (project / "words/fi.yml").unlink()
    file = project / "words/sv.yml"
    file.write_text(file.read_text().replace("  lost:\n", "  found:\n"))
    with pytest.raises(WordsError) as raised:
        check_words(project, read_shop(project))
    assert "words/fi.yml is missing: all words of a language stand there" in raised.value.problems
    assert "words/sv.yml: add pages.lost.title, which words/en.yml has" in raised.value.problems
    assert "words/sv.yml: pages.found.title is not in words/en.yml" in raised.value.problems


@pytest.mark.parametrize(
    ("locale", "form", "written"),
    [
        ("en", "day", "4 Oct"),
        ("en", "date", "4 October 2026"),
        ("en", "moment", "4 Oct 2026 at 09:05"),
        ("fi", "day", "4.10."),
        ("fi", "moment", "4.10.2026 klo 9.05"),
        ("sv", "day", "4 oktober"),
        ("sv", "date", "4 oktober 2026"),
        ("sv", "moment", "4 okt. 2026 kl. 09.05"),
    ],
)
def test_a_date_is_written_as_the_language_has_it(locale: str, form: str, written: str) -> None:
    words = find_words(project_directory(), locale)
    day = datetime(2026, 10, 4, 9, 5) if form == "moment" else date(2026, 10, 4)  # noqa: DTZ001
    assert words.write_date(day, form) == written
