"""A made-up customer for each campaign: what its mails are shown and tested with.

`campaigns/<name>/sample.yml` holds the context of one candidate, by language, as the campaign's
model would give it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ConfigDict, Field, ValidationError

from retention.mail.source import MailTemplateError, read_text
from retention.project.strict_model import StrictModel, explain

if TYPE_CHECKING:
    from pathlib import Path

# Whom the engine adds to every context, and what it adds besides.
FIRST_NAME = "Maximiliana"
ADDED: dict[str, Any] = {
    "first_name": FIRST_NAME,
    "unsubscribe": "https://puoti.example.com/unsubscribe/1",
    "answers": "https://puoti.example.com/answers/1",
    "gift_card_code": "7K2M-Q4XD-9TBW-HN3C-V8EG",
}


class Sample(StrictModel):
    """What a `sample.yml` says.

    Every key but `optional` is a language, with the context in it.

    Attributes:
        optional: names that a candidate's context may lack.
    """

    model_config = ConfigDict(strict=True, extra="allow")
    # How pydantic has the type of further keys written.
    __pydantic_extra__: dict[str, dict[str, Any]]  # ty: ignore[incompatible-mutable-override]

    optional: list[str] = Field(default_factory=list)

    @property
    def contexts(self) -> dict[str, dict[str, Any]]:
        """The context by language."""
        return self.__pydantic_extra__

    def context(self, locale: str) -> dict[str, Any]:
        """Return all that the mail in that language can show."""
        return ADDED | self.contexts.get(locale, {})

    def sparse_context(self, locale: str) -> dict[str, Any]:
        """Return the least that the mail in that language is given."""
        return self.context(locale) | dict.fromkeys([*self.optional, "first_name"])


def read_sample(project: Path, campaign: str) -> Sample:
    """Read the sample of a campaign of `project`.

    Raises:
        MailTemplateError: there is none, or it is not what it should be.
    """
    name = f"campaigns/{campaign}/sample.yml"
    if not (project / name).is_file():
        message = f"{name} is missing: without it there is nobody to show the mails with"
        raise MailTemplateError(message)
    try:
        return Sample.model_validate(yaml.safe_load(read_text(project / name, name)))
    except yaml.YAMLError as error:
        message = f"{name} is not YAML: {' '.join(str(error).split())}"
        raise MailTemplateError(message) from error
    except ValidationError as error:
        problems = explain(error, Sample, under="")
        raise MailTemplateError(*(f"{name}: {problem}" for problem in problems)) from error
