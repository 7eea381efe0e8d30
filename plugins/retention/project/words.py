"""The words that readers see, one file for each language: `words/<locale>.yml` of the dbt project.

Figures, month names, plurals and lists are those of Unicode CLDR, for the locale that the file
names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Self

import yaml
from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime, parse_pattern
from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from retention.project.strict_model import SettingsError, StrictModel, explain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from retention.project.shop import Shop

FOLDER = "words"
PLURALS = ("zero", "one", "two", "few", "many", "other")  # CLDR's names
Text = Annotated[str, Field(min_length=1)]


class WordsError(SettingsError):
    """A language's words are missing or not what they should be; names the file and each key."""


def _is_in_cldr(name: str) -> str:
    try:
        Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        message = f"'{name}' is no locale of Unicode CLDR; they are written like sv or en_GB"
        raise ValueError(message) from None
    return name


def _is_a_pattern(pattern: str) -> str:
    try:
        parse_pattern(pattern)
    except ValueError as error:
        message = f"'{pattern}' is no date in CLDR's notation: {error}"
        raise ValueError(message) from None
    return pattern


Pattern = Annotated[Text, AfterValidator(_is_a_pattern)]


class Dates(StrictModel):
    """How dates are written, in CLDR's notation.

    Attributes:
        day: without the year.
        date: in full.
        short_date: the same, shorter.
        moment: with the time of day.
    """

    model_config = ConfigDict(strict=True)

    day: Pattern
    date: Pattern
    short_date: Pattern
    moment: Pattern


class QuestionWords(StrictModel):
    """What the page of a question says.

    Attributes:
        ask: the question.
        thanks: what an answer is good for.
        answers: what each answer is called, by its name.
    """

    model_config = ConfigDict(strict=True)

    ask: Text
    thanks: Text
    answers: dict[str, Text]

    @field_validator("answers", mode="before")
    @classmethod
    def _are_named_by_text(cls, answers: object) -> object:
        names = answers if isinstance(answers, dict) else ()
        odd = [str(name) for name in names if not isinstance(name, str)]
        if odd:
            message = f"put the names of answers in quotes: {', '.join(odd)}"
            raise ValueError(message)
        return answers


class Words(StrictModel):
    """All words of one language.

    Attributes:
        cldr: the locale whose figures, month names, plurals and lists the language uses.
        mails: what the frame of all mails says and what models put into them: texts, or mappings
            of texts; of a number, a mapping of the language's plurals.
        questions: what the pages behind the answers of mails say, by question.
        pages: what the other public pages say, by page.
        explain: what `retention explain` prints; None when it does not speak the language.
    """

    model_config = ConfigDict(strict=True)

    cldr: Annotated[Text, AfterValidator(_is_in_cldr)]
    dates: Dates
    mails: dict[str, Any]
    questions: dict[str, QuestionWords] = Field(default_factory=dict)
    pages: dict[str, dict[str, Text]]
    explain: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _holds_texts_alone(self) -> Self:
        odd = [*_odd_texts(self.mails, "mails"), *_odd_texts(self.explain or {}, "explain")]
        if odd:
            raise ValueError("; ".join(odd))
        return self

    @property
    def locale(self) -> Locale:
        """The locale of CLDR."""
        return Locale.parse(self.cldr)

    def write_date(self, day: date, form: str = "date") -> str:
        """Return a date or moment as the language writes it; `form` is a field of `Dates`."""
        return format_datetime(day, getattr(self.dates, form), locale=self.locale)


def is_plural(words: object) -> bool:
    """Whether words say one thing of different numbers, by CLDR's plurals."""
    return isinstance(words, dict) and "other" in words and set(words) <= set(PLURALS)


def read_words(project: Path) -> dict[str, Words]:
    """Read the words of every language of the project, by locale.

    Raises:
        WordsError: they are missing or not what they should be; names all that is wrong.
    """
    words: dict[str, Words] = {}
    problems: list[str] = []
    for file in sorted((project / FOLDER).glob("*.yml")):
        try:
            words[file.stem] = _read(file)
        except WordsError as error:
            problems += error.problems
    if not words and not problems:
        problems.append(f"{FOLDER}/ has no words: each language has its <locale>.yml there")
    if problems:
        raise WordsError(*problems)
    return words


def find_words(project: Path, locale: str) -> Words:
    """Read the words of one language.

    Raises:
        WordsError: they are missing or not what they should be.
    """
    return _read(project / FOLDER / f"{locale}.yml")


def check_words(project: Path, shop: Shop) -> None:
    """Make sure that the languages of mails have words, and the same ones as the default language.

    Raises:
        WordsError: words are missing; names the file and the key of each.
    """
    first = shop.languages.default_locale
    wanted = find_words(project, first)
    problems: list[str] = []
    for locale in shop.locales(is_marketing=False):
        try:
            problems += _differences(locale, find_words(project, locale), first, wanted)
        except WordsError as error:
            problems += error.problems
    if problems:
        raise WordsError(*problems)


def keys_of(words: Mapping[str, Any], under: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each text or plural of nested words, with its key, such as `elapsed.weeks`."""
    for name, below in words.items():
        key = f"{under}.{name}" if under else str(name)
        if isinstance(below, dict) and not is_plural(below):
            yield from keys_of(below, key)
        else:
            yield key, below


def _read(file: Path) -> Words:
    name = f"{FOLDER}/{file.name}"
    try:
        said = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"{name} is missing: all words of a language stand there"
        raise WordsError(message) from None
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        message = f"{name} is not YAML: {' '.join(str(error).split())}"
        raise WordsError(message) from error
    try:
        return Words.model_validate(said)
    except ValidationError as error:
        raise WordsError(*(f"{name}: {each}" for each in explain(error, Words))) from error


def _odd_texts(words: Mapping[str, Any], under: str) -> Iterator[str]:
    for key, said in keys_of(words, under):
        for text in said.values() if isinstance(said, dict) else (said,):
            if not isinstance(text, str) or not text:
                yield f"{key}: write a text there; in quotes, when it looks like something else"


def _differences(locale: str, mine: Words, first: str, wanted: Words) -> Iterator[str]:
    for part in ("mails", "pages"):
        here, there = (dict(keys_of(getattr(words, part), part)) for words in (mine, wanted))
        for key in there.keys() - here.keys():
            yield f"{FOLDER}/{locale}.yml: add {key}, which {FOLDER}/{first}.yml has"
        for key in here.keys() - there.keys():
            yield f"{FOLDER}/{locale}.yml: {key} is not in {FOLDER}/{first}.yml"
