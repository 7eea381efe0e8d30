"""Reads a seed row by row; every problem has its file, its line and what to do."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar, cast

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, create_model

from retention.project.shop import read_shop
from retention.project.strict_model import SettingsError, StrictModel, explain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

Row = TypeVar("Row", bound=StrictModel)


def _bare(text: str) -> str:
    if text != text.strip():
        message = f"'{text}' begins or ends with a blank; remove it"
        raise ValueError(message)
    return text


def _yes_no(text: object) -> bool:
    if text not in {"true", "false"}:
        message = f"'{text}' is neither true nor false"
        raise ValueError(message)
    return text == "true"


def _value_or_nothing(text: object) -> object:
    return None if text == "" else text


def _parted(text: str) -> list[str]:
    return text.split(";") if text else []


def _each_once(parts: tuple[str, ...]) -> tuple[str, ...]:
    twice = next((part for part in parts if parts.count(part) > 1), None)
    if twice is not None:
        message = f"'{twice}' is named twice; keep one of them"
        raise ValueError(message)
    return parts


def _calm(text: str) -> str:
    if "!" in text:
        message = f"'{text}' has an exclamation mark; remove it"
        raise ValueError(message)
    return text


Text = Annotated[str, Field(min_length=1), AfterValidator(_bare)]
# Texts of a mail: a subject that fits on a phone, and a paragraph.
Headline = Annotated[Text, Field(max_length=60), AfterValidator(_calm)]
Paragraph = Annotated[Text, Field(max_length=600)]
PositiveCount = Annotated[int, Field(ge=1)]
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
# Texts separated by semicolons, without duplicates; empty for none.
Texts = Annotated[tuple[Text, ...], AfterValidator(_each_once), BeforeValidator(_parted)]
# Beside the type of what a seed says in each language of marketing: `name` stands for the columns
# `name_en`, `name_fi` and so on.
EACH_LANGUAGE = "each language"
# Use with a type that may be empty: `Annotated[int | None, EMPTY]`.
EMPTY = BeforeValidator(_value_or_nothing)


class SeedError(SettingsError):
    """A seed is invalid; every problem has its file and line."""


@dataclass(frozen=True)
class Line(Generic[Row]):
    """A row and its line number in the file; the header is line 1."""

    number: int
    row: Row


@dataclass(frozen=True)
class Seed(Generic[Row]):
    """The rules for a seed's rows.

    Attributes:
        name: the file's stem.
        row: the model of a row; its fields are the columns, those of `EACH_LANGUAGE` once for each.
        key: columns whose combined values are unique.
        refers_to: (seed, column) that must contain a column's values, by column. Each of several
            texts in one value is looked up; empty values are not.
    """

    name: str
    row: type[Row]
    key: tuple[str, ...]
    refers_to: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The file's path in problems."""
        return f"seeds/{self.name}.csv"

    @property
    def has_languages(self) -> bool:
        """Whether it says something in each language."""
        return any(EACH_LANGUAGE in each.metadata for each in self.row.model_fields.values())

    def in_languages(self, locales: Iterable[str]) -> Seed[Row]:
        """Return the seed with a column of each language where it has one for `EACH_LANGUAGE`."""
        columns: dict[str, Any] = {}
        for name, column in self.row.model_fields.items():
            is_said = EACH_LANGUAGE in column.metadata
            for each in [f"{name}_{locale}" for locale in locales] if is_said else [name]:
                columns[each] = (column.rebuild_annotation(), ...)
        row = create_model(self.row.__name__, __base__=StrictModel, **columns)
        return replace(self, row=cast("type[Row]", row))

    def fault(self, line: Line[Row], words: str) -> str:
        """Return a problem of one line."""
        return f"{self.path}, line {line.number}: {words}"


def read_seed(project: Path, seed: Seed[Row]) -> list[Line[Row]]:
    """Return the rows of a seed, in the file's order.

    Raises:
        ShopSettingsError: `dbt_project.yml` does not say in which languages mails are written.
        SeedError: the file cannot be read or rows are invalid; the message lists every problem.
    """
    if seed.has_languages:
        seed = seed.in_languages(read_shop(project).languages.mail_locales)
    lines: list[Line[Row]] = []
    problems: list[str] = []
    for number, values in _values(project, seed):
        try:
            lines.append(Line(number, _row(seed, values)))
        except SettingsError as error:
            problems += [f"{seed.path}, line {number}: {problem}" for problem in error.problems]
    problems += _repeated(seed, lines)
    if problems:
        raise SeedError(*problems)
    return lines


def unknown_references(
    seed: Seed[Row], lines: Iterable[Line[Row]], seeds: Mapping[str, Iterable[Line[Any]]]
) -> Iterator[str]:
    """Yield a problem for each value that `refers_to` does not find.

    Args:
        seed: the seed with the references.
        lines: its lines.
        seeds: the lines of the seeds that could be read, by name; others are not checked.
    """
    for column, (other, other_column) in seed.refers_to.items():
        if other not in seeds:
            continue
        known = {getattr(line.row, other_column) for line in seeds[other]}
        for line in lines:
            value = getattr(line.row, column)
            for each in value if isinstance(value, tuple) else (value,):
                if each is not None and each not in known:
                    yield seed.fault(
                        line, f"{column}: '{each}' is not in seeds/{other}.csv; add it there"
                    )


def _values(project: Path, seed: Seed[Row]) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and the values of each row, in the order of the model's fields."""
    try:
        # Spreadsheets begin UTF-8 files with a byte order mark; dbt skips it too.
        text = (project / seed.path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        message = f"{seed.path} cannot be read as UTF-8 text: {error}"
        raise SeedError(message) from error
    for number, line in enumerate(text.splitlines() or [""], start=1):
        values = _split(seed, number, line)
        if number == 1:
            _check_header(seed, values)
        elif values:
            yield number, values


def _split(seed: Seed[Row], number: int, line: str) -> list[str]:
    # Line by line: our texts have one line each, and an open quote must not swallow the rest.
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error as error:
        message = f"{seed.path}, line {number}: {error}; is a quote left open?"
        raise SeedError(message) from error


def _check_header(seed: Seed[Row], header: list[str]) -> None:
    if header != list(seed.row.model_fields):
        columns = ",".join(seed.row.model_fields)
        message = f"{seed.path}, line 1: the first line must be {columns}, separated by commas"
        raise SeedError(message)


def _row(seed: Seed[Row], values: list[str]) -> Row:
    columns = seed.row.model_fields
    if len(values) != len(columns):
        message = (
            f"{len(values)} values for {len(columns)} columns; a text with a comma needs quotes"
        )
        raise SeedError(message)
    try:
        return seed.row.model_validate(dict(zip(columns, values, strict=True)))
    except ValidationError as error:
        raise SeedError(*explain(error, seed.row)) from error


def _repeated(seed: Seed[Row], lines: Iterable[Line[Row]]) -> Iterator[str]:
    first: dict[tuple[Any, ...], int] = {}
    for line in lines:
        key = tuple(getattr(line.row, column) for column in seed.key)
        earlier = first.setdefault(key, line.number)
        if earlier != line.number:
            words = ", ".join(map(str, key))
            yield seed.fault(line, f"{words} is already on line {earlier}; keep one of them")
