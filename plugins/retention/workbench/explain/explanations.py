"""What each mart says of a customer: `config.meta.explain` of its YAML, read from the manifest."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
    model_validator,
)

from retention.project.strict_model import SettingsError, StrictModel, explain
from retention.workbench.explain.kinds import KINDS
from retention.workbench.explain.sentences import columns_of, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

UNDER = "config.meta.explain"
Text = Annotated[str, Field(min_length=1)]


class ExplanationError(SettingsError):
    """A mart cannot be explained as its YAML says; names the file, the key and what to change."""


def _can_be_told(sentence: str) -> str:
    parse(sentence)
    return sentence


class Title(StrictModel):
    """The mart's heading, a field per language."""

    model_config = ConfigDict(strict=True)

    def text(self, language: str) -> str:
        """Return the heading in a language."""
        return str(getattr(self, language))


class Sentence(StrictModel):
    """One sentence about a row, a field per language; values are written as `{column:kind}`.

    Attributes:
        when: SQL condition on the row's columns; None for a sentence that always holds.
    """

    model_config = ConfigDict(strict=True)

    when: Text | None = None

    def text(self, language: str) -> str:
        """Return the sentence in a language."""
        return str(getattr(self, language))

    @model_validator(mode="after")
    def _names_the_same_columns_in_each_language(self) -> Self:
        first, *others = type(self).model_fields.keys() - Sentence.model_fields.keys()
        for other in others:
            different = set(columns_of(self.text(first))) ^ set(columns_of(self.text(other)))
            if different:
                pair = " and ".join(sorted((first, other)))
                columns = ", ".join(sorted(different))
                message = f"{pair} do not name the same columns: {columns}"
                raise ValueError(message)
        return self


class Explanation(StrictModel):
    """How the rows of one mart are told.

    Attributes:
        place: marts with a smaller one are told first; equal ones by name.
        order_by: SQL over the mart's columns; the rows that matter most come first.
        limit: the most rows that are shown.
    """

    model_config = ConfigDict(strict=True)

    title: Title
    place: int = 50
    order_by: Text | None = None
    limit: Annotated[int, Field(ge=1)] = 3
    sentences: Annotated[tuple[Sentence, ...], Field(min_length=1, strict=False)]


class ExplainedMart(Explanation):
    """One mart with its explanation.

    Attributes:
        file: of the YAML that says it, below the dbt project.
        schema_name: the database schema in which the night builds the mart.
    """

    name: str
    file: Path
    schema_name: str


def read_explanations(manifest: Path, languages: Iterable[str]) -> list[ExplainedMart]:
    """Read how each mart is told, in the order in which they are told.

    Args:
        manifest: path of `manifest.json`, see `retention.project.manifest`.
        languages: the languages of the page; each title and sentence must be written in all.

    Raises:
        ExplanationError: an explanation has an unknown key, column or kind, or lacks a language;
            names each file and key.
    """
    nodes: dict[str, dict[str, Any]] = json.loads(manifest.read_text())["nodes"]
    model = _explanation_in(tuple(languages))
    marts: list[ExplainedMart] = []
    problems: list[str] = []
    for node in nodes.values():
        if "explain" in node["config"].get("meta", {}):
            try:
                marts.append(_read(node, model))
            except ExplanationError as error:
                problems += error.problems
    if problems:
        raise ExplanationError(*sorted(problems))
    return sorted(marts, key=lambda mart: (mart.place, mart.name))


@cache
def _explanation_in(languages: tuple[str, ...]) -> type[Explanation]:
    """Return the model of an explanation with a field for each language."""
    told = Annotated[Text, AfterValidator(_can_be_told)]
    titles: dict[str, Any] = dict.fromkeys(languages, (Text, ...))
    sentences: dict[str, Any] = dict.fromkeys(languages, (told, ...))
    title = create_model("Title", __base__=Title, **titles)
    sentence = create_model("Sentence", __base__=Sentence, **sentences)
    several = Annotated[tuple[sentence, ...], Field(min_length=1, strict=False)]  # ty: ignore[invalid-type-form] - made above
    return create_model(
        "Explanation", __base__=Explanation, title=(title, ...), sentences=(several, ...)
    )


def _read(node: Mapping[str, Any], model: type[Explanation]) -> ExplainedMart:
    file = Path(node["original_file_path"]).with_suffix(".yml")
    try:
        read = model.model_validate(node["config"]["meta"]["explain"])
    except ValidationError as error:
        problems = explain(error, model, under=UNDER)
        raise ExplanationError(*(f"{file}: {problem}" for problem in problems)) from error
    types = {column["name"]: column["data_type"] for column in node["columns"].values()}
    if problems := list(_column_problems(read, types)):
        raise ExplanationError(*(f"{file}: {UNDER}.{problem}" for problem in problems))
    return ExplainedMart(**dict(read), name=node["name"], file=file, schema_name=node["schema"])


def _column_problems(explanation: Explanation, types: Mapping[str, str]) -> Iterator[str]:
    for number, sentence in enumerate(explanation.sentences):
        for language in type(sentence).model_fields.keys() - Sentence.model_fields.keys():
            for column, kind in columns_of(sentence.text(language)).items():
                key = f"sentences.{number}.{language}"
                if column not in types:
                    yield f"{key}: the mart has no column '{column}'"
                elif not KINDS[kind].fits(types[column] or ""):
                    fitting = ", ".join(KINDS[kind].data_types)
                    yield (
                        f"{key}: '{column}' is {types[column]}, and :{kind} tells one of {fitting}"
                    )
