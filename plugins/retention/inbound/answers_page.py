"""The page behind an answer's link in a mail, in the mail's language.

Looking never answers anything: scanners of mail open every link. The page posts itself, by a
script that waits until a person sees it, so that a click is enough; without scripts its button
does. An answer may be given any number of times, and the latest counts.
"""

from __future__ import annotations

import logging
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retention.inbound.asked_questions import QuestionsUnknownError
from retention.inbound.pages import PageWriter
from retention.ledger.answers import Answer, find_asking_message, record_answer, was_answered
from retention.links.answers import read_answers_token
from retention.links.sealing import ForgedLinkError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime
    from uuid import UUID

    import psycopg

    from retention.inbound.asked_questions import AskedQuestions, Questions
    from retention.inbound.pages import Page
    from retention.ledger.answers import AskingMessage
    from retention.links.settings import PublicSettings
    from retention.project.shop import Shop

log = logging.getLogger(__name__)

NONCE_BYTES = 16
NAME = re.compile(r"[a-z0-9_]{1,40}")


@dataclass(frozen=True)
class AnswerLink:
    """The parts of a link, as they came: nothing of them is trusted."""

    token: str
    question: str
    answer: str

    @property
    def is_well_formed(self) -> bool:
        """Whether question and answer are names at all."""
        return bool(NAME.fullmatch(self.question) and NAME.fullmatch(self.answer))


class AnswersPage:
    """The page of one shop; every method takes a link and returns what to show."""

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection],
        settings: PublicSettings,
        shop: Shop,
        asked: AskedQuestions,
    ) -> None:
        self._connect = connect
        self._key = settings.unsubscribe_key
        self._shop = shop
        self._pages = PageWriter(shop)
        self._asked = asked

    def show(self, link: AnswerLink, now: datetime) -> Page:
        """Show the answer, and what posts it; change nothing. `now` is aware."""
        return self._respond(link, now, is_given=False)

    def take(self, link: AnswerLink, now: datetime) -> Page:
        """Record the answer at `now` (aware), thank for it, and offer the others."""
        return self._respond(link, now, is_given=True)

    def _respond(self, link: AnswerLink, now: datetime, *, is_given: bool) -> Page:
        message_id = self._read(link.token)
        if message_id is None:
            return self._pages.lost()
        try:
            questions = self._asked.read(now)
        except QuestionsUnknownError:
            return self._pages.write(503, "page", "later", self._shop.languages.default_locale)
        with self._connect() as connection:
            message = find_asking_message(connection, message_id)
            if message is None:
                return self._pages.lost()
            offered = questions.answers(message.campaign, link.question)
            if link.answer not in offered:
                return self._refuse(connection, message, link, offered)
            if is_given:
                self._record(connection, Answer(message_id, link.question, link.answer), now)
        return self._write(message, link, questions, is_given=is_given)

    def _read(self, token: str) -> UUID | None:
        try:
            return read_answers_token(self._key, token)
        except ForgedLinkError as error:
            log.warning("an answer's link was not ours: %s", error)
            return None

    def _refuse(
        self,
        connection: psycopg.Connection,
        message: AskingMessage,
        link: AnswerLink,
        offered: Collection[str],
    ) -> Page:
        """Tell what older mails asked, and is not asked any more, from what nobody ever asked."""
        campaign, answer = message.campaign, link.answer if offered else None
        if link.is_well_formed and was_answered(connection, campaign, link.question, answer):
            log.info("not recorded: %s does not ask %s any more", campaign, link.question)
            return self._pages.write(200, "page", "dropped", message.locale)
        return self._pages.write(404, "page", "lost", message.locale)

    def _record(self, connection: psycopg.Connection, given: Answer, now: datetime) -> None:
        if record_answer(connection, given, now):
            log.info("message %s: answered %s, %s", given.message_id, given.question, given.answer)

    def _write(
        self, message: AskingMessage, link: AnswerLink, questions: Questions, *, is_given: bool
    ) -> Page:
        offered = questions.answers(message.campaign, link.question)
        locales = (
            self._pages.language(message.locale),
            message.locale,
            self._shop.languages.default_locale,
        )
        return self._pages.write(
            200,
            "answers",
            "answered" if is_given else "asked",
            message.locale,
            question=link.question,
            answer=link.answer,
            said=questions.say(link.question, offered, *locales),
            nonce="" if is_given else secrets.token_urlsafe(NONCE_BYTES),
        )
