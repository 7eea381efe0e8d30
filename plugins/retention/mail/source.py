"""A mail as an analyst writes it: front matter in YAML, then the body; checked in its own lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from string import Template
from typing import TYPE_CHECKING

import yaml
from pydantic import ConfigDict, ValidationError
from pydantic_handlebars import HandlebarsParseError

from retention.project.strict_model import SettingsError, StrictModel, explain
from sendgrid_templates.handlebars import CALL_WITH_ARGUMENTS, ENVIRONMENT, HELPER_NAMES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

FRONT_MATTER = re.compile(r"\A---\n(?P<matter>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)
UNSUBSCRIBE = "{{{unsubscribe}}}"  # SendGrid puts the link of the mail's unsubscribe group there
TRACED = re.compile(r"<(?:a|img)(?=[\s>])")
UNESCAPED = re.compile(r"\{\{~?[{&]\s*(?P<name>[^}\s~]+)")


class MailTemplateError(SettingsError):
    """A mail cannot be composed; names the file and the line or key."""


class FrontMatter(StrictModel):
    """What stands above a mail's body.

    Attributes:
        subject: Handlebars; use `{{{...}}}` there, since a subject is not HTML.
        preheader: the line that a list of mails shows after the subject; Handlebars.
        why: why the reader gets this mail, for the footer.
    """

    model_config = ConfigDict(strict=True, str_min_length=1)

    subject: str
    preheader: str
    why: str


@dataclass(frozen=True)
class Part:
    """A piece of a mail's file.

    Attributes:
        text: Handlebars with `${...}` constants.
        file: as people are told of it.
        line: the file's line where it begins.
        is_html: whether readers get it as HTML, where a customer's data must be escaped.
    """

    text: str
    file: str
    line: int = 1
    is_html: bool = True

    def find_problems(self, constants: Collection[str]) -> list[str]:
        """Return what is wrong with it, each with file and line.

        Args:
            constants: names that `${...}` may ask for here.
        """
        found = [
            *self._broken_syntax(),
            *self._unknown_helpers(),
            *(self._unescaped() if self.is_html else ()),
            *self._unknown_constants(constants),
        ]
        return [f"{self.file}, line {line}: {problem}" for line, problem in found]

    def line_at(self, position: int) -> int:
        """Return the file's line of a character of the text, which is counted from 0."""
        return self.line + self.text.count("\n", 0, position)

    def place_at(self, position: int) -> str:
        """Return file and line of a character, as people are told of them."""
        return f"{self.file}, line {self.line_at(position)}"

    def traced(self) -> Part:
        """Return it with file and line of each link and picture beside it, in `data-at`."""
        text = TRACED.sub(lambda tag: f'{tag[0]} data-at="{self.place_at(tag.start())}"', self.text)
        return replace(self, text=text)

    def _broken_syntax(self) -> Iterator[tuple[int, str]]:
        try:
            ENVIRONMENT.compile(self.text)
        except HandlebarsParseError as error:
            words = str(error).rsplit(" at line ", 1)[0]
            yield self.line + (error.line or 1) - 1, f"the Handlebars cannot be read: {words}"

    def _unknown_helpers(self) -> Iterator[tuple[int, str]]:
        for call in CALL_WITH_ARGUMENTS.finditer(self.text):
            if call[1] not in HELPER_NAMES:
                offered = ", ".join(sorted(HELPER_NAMES))
                problem = f"SendGrid has no helper '{call[1]}'; it has {offered}"
                yield self.line_at(call.start()), problem

    def _unescaped(self) -> Iterator[tuple[int, str]]:
        for value in UNESCAPED.finditer(self.text):
            if value["name"] != "unsubscribe":
                name = value["name"]
                problem = f"write {{{{{name}}}}}: with three braces it can break the HTML"
                yield self.line_at(value.start()), problem

    def _unknown_constants(self, constants: Collection[str]) -> Iterator[tuple[int, str]]:
        for dollar in Template.pattern.finditer(self.text):
            line, name = self.line_at(dollar.start()), dollar["named"] or dollar["braced"]
            if dollar["invalid"] is not None:
                yield line, "write a dollar sign as $$"
            elif name and name not in constants:
                known = ", ".join(f"${{{each}}}" for each in constants)
                yield line, f"${{{name}}} is not known here; there are {known}"


@dataclass(frozen=True)
class MailSource:
    """The parts of a mail's file."""

    subject: Part
    preheader: Part
    why: Part
    body: Part

    @property
    def parts(self) -> tuple[Part, ...]:
        """All of them."""
        return (self.subject, self.preheader, self.why, self.body)

    def find_problems(self, constants: Collection[str]) -> list[str]:
        """Return what is wrong with its parts; `constants` may be asked for by `${...}`."""
        return [problem for part in self.parts for problem in part.find_problems(constants)]


def read_mail(file: Path, name: str) -> MailSource:
    """Read a mail.

    Args:
        file: where it is.
        name: what people are told of the file.

    Raises:
        MailTemplateError: there is none, or its front matter is not what it should be.
    """
    whole = read_text(file, name)
    parts = FRONT_MATTER.match(whole)
    if parts is None:
        message = f"{name}: begin with front matter: subject, preheader and why between two '---'"
        raise MailTemplateError(message)
    matter, lines = _read_matter(parts["matter"], name)
    body = parts["body"].strip()
    begin = whole.index(body, parts.start("body"))
    return MailSource(
        Part(matter.subject, name, lines["subject"], is_html=False),
        Part(matter.preheader, name, lines["preheader"]),
        Part(matter.why, name, lines["why"]),
        Part(body, name, 1 + whole.count("\n", 0, begin)),
    )


def read_text(file: Path, name: str) -> str:
    """Return what a file says.

    Raises:
        MailTemplateError: it does not exist.
    """
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        message = (
            f"{name} is missing: every mail is written in every language of vars.mail_locales, and"
            " a transactional one in those of vars.transactional_locales too"
        )
        raise MailTemplateError(message) from None


def _read_matter(text: str, name: str) -> tuple[FrontMatter, dict[str, int]]:
    """Return the front matter, and the file's line of each key's value."""
    try:
        matter = FrontMatter.model_validate(yaml.safe_load(text))
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        message = f"{name}, line {line}: the front matter is not YAML: {error.problem}"
        raise MailTemplateError(message) from error
    except ValidationError as error:
        problems = explain(error, FrontMatter, under="front matter")
        raise MailTemplateError(*(f"{name}: {problem}" for problem in problems)) from error
    return matter, {key.value: value.start_mark.line + 2 for key, value in tree.value}
