"""What a campaign's mails are looked at with: one candidate, made up or real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retention.mail.sample import ADDED, read_sample

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from retention.mail.compose import Mail


@dataclass(frozen=True)
class MailData:
    """One candidate.

    Attributes:
        origin: who it is and where it comes from, in words.
        file: where the names of the data are written, as people are told of it.
        contexts: the campaign's own data, by language; of a real candidate in their own alone.
        first_name: the customer's; None when the shop does not know it.
        locale: the language the customer is written to in; None when nobody is meant.
        optional: names of data that may be null.
        is_sample: whether it is made up.
    """

    origin: str
    file: str
    contexts: Mapping[str, Mapping[str, Any]]
    first_name: str | None
    locale: str | None = None
    optional: tuple[str, ...] = ()
    is_sample: bool = False

    def spoken(self, mails: Iterable[Mail]) -> list[Mail]:
        """Return the mails that can be filled with the data: a real candidate's own language."""
        return [mail for mail in mails if self.is_sample or mail.locale in self.contexts]

    def context(self, locale: str) -> dict[str, Any]:
        """Return all that a mail in the language can show."""
        return ADDED | {"first_name": self.first_name} | dict(self.contexts.get(locale, {}))

    def sparse_context(self, locale: str) -> dict[str, Any]:
        """Return the same without all that may be missing."""
        return self.context(locale) | dict.fromkeys(self.missable)

    @property
    def missable(self) -> tuple[str, ...]:
        """Names of all that a mail must do without."""
        return ("first_name", *self.optional)


def read_sample_data(project: Path, campaign: str) -> MailData:
    """Return the made-up candidate of a campaign's `sample.yml`.

    Raises:
        MailTemplateError: there is none, or it is not what it should be.
    """
    sample = read_sample(project, campaign)
    file = f"campaigns/{campaign}/sample.yml"
    return MailData(
        origin=f"the made-up candidate of {file}",
        file=file,
        contexts=sample.contexts,
        first_name=ADDED["first_name"],
        optional=tuple(sample.optional),
        is_sample=True,
    )
