"""What each mart says of a customer: `config.meta.explain` of its YAML, read from the manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field, ValidationError, model_validator

from retention.project.strict_model import SettingsError, StrictModel, explain
from retention.workbench.explain.kinds import KINDS
from retention.workbench.explain.sentences import columns_of, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

UNDER = "config.meta.explain"
Text = Annotated[str, Field(min_length=1)]


class ExplanationError(SettingsError):
    """A mart cannot be explained as its YAML says; names the file, the key and what to change."""


def _can_be_told(sentence: str) -> str:
    parse(sentence)
    return sentence


class Title(StrictModel):
    """What the mart tells, as a heading in each language."""

    model_config = ConfigDict(strict=True)

    en: Text
    fi: Text


class Sentence(StrictModel):
    """One thing that a row says.

    Attributes:
        when: SQL condition on the row's columns; None holds always.
        en: the English sentence; values are written as `{column:kind}`.
        fi: the same in Finnish.
    """

    model_config = ConfigDict(strict=True)

    when: Text | None = None
    en: Annotated[Text, AfterValidator(_can_be_told)]
    fi: Annotated[Text, AfterValidator(_can_be_told)]

    @model_validator(mode="after")
    def _tells_the_same_in_both(self) -> Self:
        different = set(columns_of(self.en)) ^ set(columns_of(self.fi))
        if different:
            message = f"en and fi do not name the same columns: {', '.join(sorted(different))}"
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


def read_explanations(manifest: Path) -> list[ExplainedMart]:
    """Read how each mart is told, in the order in which they are told.

    Args:
        manifest: path of `manifest.json`, see `retention.project.manifest`.

    Raises:
        ExplanationError: an explanation has an unknown key, column or kind, or lacks a language;
            names each file and key.
    """
    nodes: dict[str, dict[str, Any]] = json.loads(manifest.read_text())["nodes"]
    marts: list[ExplainedMart] = []
    problems: list[str] = []
    for node in nodes.values():
        if "explain" in node["config"].get("meta", {}):
            try:
                marts.append(_read(node))
            except ExplanationError as error:
                problems += error.problems
    if problems:
        raise ExplanationError(*sorted(problems))
    return sorted(marts, key=lambda mart: (mart.place, mart.name))


def _read(node: Mapping[str, Any]) -> ExplainedMart:
    file = Path(node["original_file_path"]).with_suffix(".yml")
    try:
        read = Explanation.model_validate(node["config"]["meta"]["explain"])
    except ValidationError as error:
        problems = explain(error, Explanation, under=UNDER)
        raise ExplanationError(*(f"{file}: {problem}" for problem in problems)) from error
    types = {column["name"]: column["data_type"] for column in node["columns"].values()}
    if problems := list(_column_problems(read, types)):
        raise ExplanationError(*(f"{file}: {UNDER}.{problem}" for problem in problems))
    return ExplainedMart(**dict(read), name=node["name"], file=file, schema_name=node["schema"])


def _column_problems(explanation: Explanation, types: Mapping[str, str]) -> Iterator[str]:
    for number, sentence in enumerate(explanation.sentences):
        for language in ("en", "fi"):
            for column, kind in columns_of(getattr(sentence, language)).items():
                key = f"sentences.{number}.{language}"
                if column not in types:
                    yield f"{key}: the mart has no column '{column}'"
                elif not KINDS[kind].fits(types[column] or ""):
                    fitting = ", ".join(KINDS[kind].data_types)
                    yield (
                        f"{key}: '{column}' is {types[column]}, and :{kind} tells one of {fitting}"
                    )
