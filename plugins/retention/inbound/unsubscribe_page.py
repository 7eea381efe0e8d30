"""The page behind the unsubscribe link of a mail, in the mail's language.

Looking never unsubscribes anybody: scanners of mail open every link. Only the page's button does,
and the one-click post of the mail program (RFC 8058); both may come any number of times.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from retention.inbound.pages import PageWriter
from retention.ledger.suppressions import (
    find_recipient,
    resubscribe_recipient,
    unsubscribe_recipient,
)
from retention.links.sealing import ForgedLinkError
from retention.links.unsubscribe import (
    read_return_token,
    read_token,
    return_token,
    unsubscribe_token,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import psycopg

    from retention.inbound.pages import Page
    from retention.ledger.suppressions import Recipient
    from retention.links.settings import PublicSettings
    from retention.links.unsubscribe import Unsubscription
    from retention.project.shop import Shop

log = logging.getLogger(__name__)

T = TypeVar("T")


class UnsubscribePage:
    """The page of one shop; every method takes a token and returns what to show."""

    def __init__(
        self, connect: Callable[[], psycopg.Connection], settings: PublicSettings, shop: Shop
    ) -> None:
        self._connect = connect
        self._key = settings.unsubscribe_key
        self._pages = PageWriter(shop)

    def show(self, token: str) -> Page:
        """Ask for the word, or say that it was given; change nothing."""
        asked = self._read(partial(read_token, self._key, token))
        if asked is None:
            return self._pages.lost()
        with self._connect() as connection:
            recipient = _find(connection, asked)
        if recipient is None:
            return self._pages.lost()
        return self._render("gone" if recipient.is_suppressed else "ask", recipient, asked)

    def unsubscribe(self, token: str, now: datetime) -> Page:
        """Unsubscribe the recipient from the mail's purpose at `now` (aware), and say so.

        Only who has changed something by it is offered the way back: a mail that was forwarded
        must not undo what its recipient said long ago.
        """
        asked = self._read(partial(read_token, self._key, token))
        if asked is None:
            return self._pages.lost()
        with self._connect() as connection:
            before = _find(connection, asked)
            unsubscribe_recipient(connection, asked.message_id, asked.purpose, now)
        if before is None:
            return self._pages.lost()
        log.info("unsubscribed from %s by message %s", asked.purpose, asked.message_id)
        way_back = "" if before.is_suppressed else return_token(self._key, asked, now)
        return self._render("gone", before, asked, way_back)

    def subscribe_again(self, token: str, now: datetime) -> Page:
        """Take the unsubscribe of just before back at `now` (aware), and say so."""
        told = self._read(partial(read_return_token, self._key, token, now))
        if told is None:
            return self._pages.lost()
        asked, said_at = told
        with self._connect() as connection:
            resubscribe_recipient(
                connection, asked.message_id, asked.purpose, said_at=said_at, now=now
            )
            after = _find(connection, asked)
        if after is None:
            return self._pages.lost()
        log.info("subscribed again to %s by message %s", asked.purpose, asked.message_id)
        return self._render("gone" if after.is_suppressed else "back", after, asked)

    def _read(self, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except ForgedLinkError as error:
            log.warning("an unsubscribe link was not ours: %s", error)
            return None

    def _render(
        self, name: str, recipient: Recipient, asked: Unsubscription, way_back: str = ""
    ) -> Page:
        token = unsubscribe_token(self._key, asked)
        locale = recipient.locale
        return self._pages.write(200, "unsubscribe", name, locale, token=token, way_back=way_back)


def _find(connection: psycopg.Connection, asked: Unsubscription) -> Recipient | None:
    return find_recipient(connection, asked.message_id, asked.purpose)
