"""The campaigns' current questions, cached: reading the project takes too long for a page."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from subprocess import SubprocessError
from threading import Lock
from typing import TYPE_CHECKING

from retention.project.campaigns import read_campaigns
from retention.project.manifest import ManifestError, current_manifest
from retention.project.shop import project_directory
from retention.project.strict_model import SettingsError
from retention.project.words import QuestionWords, Words, read_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

log = logging.getLogger(__name__)

REMEMBERED = timedelta(minutes=1)


class QuestionsUnknownError(RuntimeError):
    """The project cannot be read, and nothing is cached; the log has the reason."""


@dataclass(frozen=True)
class Questions:
    """The questions of all campaigns.

    Attributes:
        offered: the answers that are offered, by campaign and question.
        words: the words, by language.
    """

    offered: Mapping[str, Mapping[str, tuple[str, ...]]]
    words: Mapping[str, Words]

    def answers(self, campaign: str, question: str) -> tuple[str, ...]:
        """Return the answers that a campaign offers to a question; empty if it does not ask it."""
        return self.offered[campaign].get(question, ()) if campaign in self.offered else ()

    def say(self, question: str, answers: tuple[str, ...], *locales: str) -> QuestionWords:
        """Return the words for a question in the first language that has them.

        Missing words, which `retention check` reports, are replaced by the names of the question
        and its answers, so that people can still answer.
        """
        spoken = (self.words[locale] for locale in locales if locale in self.words)
        said = (words.questions.get(question) for words in spoken)
        bare = QuestionWords.model_construct(ask=question, thanks="", answers={})
        found = next(filter(None, said), bare)
        labels = {each: found.answers.get(each, each) for each in answers}
        return found.model_copy(update={"answers": labels})


@dataclass
class AskedQuestions:
    """Reads the questions at most once a minute; thread-safe."""

    _questions: Questions | None = None
    _until: datetime | None = None
    _lock: Lock = field(default_factory=Lock)

    def read(self, now: datetime) -> Questions:
        """Return the questions, which may be up to a minute old.

        While the project cannot be read, such as during an analyst's edit, the last ones that
        could be read are used.

        Raises:
            QuestionsUnknownError: the project cannot be read, and nothing is cached.
        """
        # One thread reads; the others use the cached questions, if there are any.
        if self._is_due(now) and self._lock.acquire(blocking=self._questions is None):
            try:
                if self._is_due(now):
                    self._questions = _read() or self._questions
                    self._until = now + REMEMBERED
            finally:
                self._lock.release()
        if self._questions is None:
            message = "the campaigns' questions cannot be read"
            raise QuestionsUnknownError(message)
        return self._questions

    def _is_due(self, now: datetime) -> bool:
        return self._until is None or now >= self._until


def _read() -> Questions | None:
    project = project_directory()
    try:
        campaigns = read_campaigns(current_manifest(project))
        words = read_words(project)
    except (ManifestError, SettingsError, OSError, SubprocessError) as error:
        log.error("the questions of mails cannot be read: %s", error)  # noqa: TRY400
        return None
    return Questions({name: each.questions for name, each in campaigns.items()}, words)
