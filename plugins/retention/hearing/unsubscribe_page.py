"""The page behind the unsubscribe link of a mail, in the mail's language.

Looking never unsubscribes anybody: scanners of mail open every link. Only the page's button does,
and the one-click post of the mail program (RFC 8058); both may come any number of times.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING

import yaml
from jinja2 import Environment, PackageLoader

from retention.hearing.unsubscribe import (
    ForgedLinkError,
    read_return_token,
    read_token,
    return_token,
    unsubscribe_token,
)
from retention.ledger.suppressions import (
    find_recipient,
    resubscribe_recipient,
    unsubscribe_recipient,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import psycopg

    from retention.hearing.settings import PublicSettings
    from retention.hearing.unsubscribe import Unsubscription
    from retention.ledger.suppressions import Recipient
    from retention.shop import Shop

log = logging.getLogger(__name__)

FALLBACK = "en"
TEXTS = yaml.safe_load(resources.files(__package__).joinpath("page_texts.yaml").read_text("utf-8"))
TEMPLATES = Environment(loader=PackageLoader(__package__, "page_templates"), autoescape=True)


@dataclass(frozen=True)
class Page:
    """What a browser gets: the HTTP status and the HTML."""

    status: int
    html: str


class UnsubscribePage:
    """The page of one shop; every method takes a token and returns what to show."""

    def __init__(
        self, connect: Callable[[], psycopg.Connection], settings: PublicSettings, shop: Shop
    ) -> None:
        self._connect = connect
        self._key = settings.unsubscribe_key
        self._shop = shop

    def show(self, token: str) -> Page:
        """Ask for the word, or say that it was given; change nothing."""
        asked = self._read(partial(read_token, self._key, token))
        if asked is None:
            return self._lost()
        with self._connect() as connection:
            recipient = _find(connection, asked)
        if recipient is None:
            return self._lost()
        return self._render("gone" if recipient.is_suppressed else "ask", recipient, asked)

    def unsubscribe(self, token: str, now: datetime) -> Page:
        """Unsubscribe the recipient from the mail's purpose at `now` (aware), and say so.

        Only who has changed something by it is offered the way back: a mail that was forwarded
        must not undo what its recipient said long ago.
        """
        asked = self._read(partial(read_token, self._key, token))
        if asked is None:
            return self._lost()
        with self._connect() as connection:
            before = _find(connection, asked)
            unsubscribe_recipient(connection, asked.message_id, asked.purpose, now)
        if before is None:
            return self._lost()
        log.info("unsubscribed from %s by message %s", asked.purpose, asked.message_id)
        way_back = "" if before.is_suppressed else return_token(self._key, asked, now)
        return self._render("gone", before, asked, way_back)

    def subscribe_again(self, token: str, now: datetime) -> Page:
        """Take the unsubscribe of just before back at `now` (aware), and say so."""
        asked = self._read(partial(read_return_token, self._key, token, now))
        if asked is None:
            return self._lost()
        with self._connect() as connection:
            resubscribe_recipient(connection, asked.message_id, asked.purpose, now)
            after = _find(connection, asked)
        if after is None:
            return self._lost()
        log.info("subscribed again to %s by message %s", asked.purpose, asked.message_id)
        return self._render("gone" if after.is_suppressed else "back", after, asked)

    def _read(self, read: Callable[[], Unsubscription]) -> Unsubscription | None:
        try:
            return read()
        except ForgedLinkError as error:
            log.warning("an unsubscribe link was not ours: %s", error)
            return None

    def _render(
        self, name: str, recipient: Recipient, asked: Unsubscription, way_back: str = ""
    ) -> Page:
        token = unsubscribe_token(self._key, asked)
        return self._fill(200, name, recipient.locale, token=token, way_back=way_back)

    def _lost(self) -> Page:
        return self._fill(404, "lost", self._shop.default_locale)

    def _fill(self, status: int, name: str, locale: str, **tokens: str) -> Page:
        language = _language(locale, self._shop.default_locale)
        words = {
            key: text.format(shop=self._shop.shop_name)
            for key, text in TEXTS[language][name].items()
        }
        template = TEMPLATES.get_template("unsubscribe.html")
        html = template.render(language=language, shop=self._shop, name=name, words=words, **tokens)
        return Page(status, html)


def _find(connection: psycopg.Connection, asked: Unsubscription) -> Recipient | None:
    return find_recipient(connection, asked.message_id, asked.purpose)


def _language(*locales: str) -> str:
    """Return the first language that the page speaks."""
    languages = (locale.replace("_", "-").split("-")[0].lower() for locale in locales)
    return next((language for language in languages if language in TEXTS), FALLBACK)
