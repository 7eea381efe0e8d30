"""What is wrong with a rendered mail's links and pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# RFC 2606 and RFC 6761: nobody will ever own these.
NOBODYS_HOST = re.compile(r"(^|\.)(example\.(com|net|org)|example|test|invalid)$", re.IGNORECASE)
MOST_SHOWN = 80  # characters of a link


@dataclass(frozen=True)
class Found:
    """A link or a picture.

    Attributes:
        place: file and line, as far as they are known.
        address: where it leads, or where the picture is.
        alt: what is shown in the picture's place; None of a link.
    """

    place: str
    address: str
    alt: str | None = None


class Page(HTMLParser):
    """The links and pictures of a mail, in their order."""

    def __init__(self, traced_html: str, file: str) -> None:
        """Read a rendered page; `file` is told where a piece of another file has no trace."""
        super().__init__(convert_charrefs=True)
        self.links: list[Found] = []
        self.pictures: list[Found] = []
        self._file = file
        self.feed(traced_html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link or a picture."""
        attributes = dict(attrs)
        place = attributes.get("data-at") or self._file
        if tag == "a":
            self.links.append(Found(place, attributes.get("href") or ""))
        elif tag == "img":
            alt = (attributes.get("alt") or "").strip()
            self.pictures.append(Found(place, attributes.get("src") or "", alt))


def link_warnings(page: Page, shop_url: str, made_up: Collection[str]) -> Iterator[str]:
    """Return what is wrong with where links lead and pictures come from.

    Args:
        page: the mail.
        shop_url: the shop's own page; a shop at `example.com` may link there.
        made_up: addresses of sample data, which no reader will get, as they begin.
    """
    beginnings = tuple(made_up)
    for found in (*page.links, *page.pictures):
        if fault := _fault(found.address):
            yield f"{found.place}: the link '{found.address[:MOST_SHOWN]}' {fault}"
        elif not found.address.startswith(beginnings) and _leads_nowhere(found.address, shop_url):
            yield (
                f"{found.place}: the link '{found.address[:MOST_SHOWN]}' leads to a made-up host;"
                f" the shop is at {shop_url}"
            )


def picture_warnings(page: Page) -> Iterator[str]:
    """Return the pictures that say nothing to people who do not see them."""
    for picture in page.pictures:
        if not picture.alt:
            yield (
                f"{picture.place}: a picture without alt text: many mail programs show only"
                ' alt="...", until the reader asks for more'
            )


def _fault(address: str) -> str | None:
    if not address.strip():
        return "is empty"
    if re.search(r"[{}]|%7[BD]", address, re.IGNORECASE):
        return "has braces that nothing filled in"
    if re.search(r"\s", address):
        return "has a blank in it"
    return None if _is_https(address) else "does not begin with https:// and a host"


def _is_https(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)


def _leads_nowhere(address: str, shop_url: str) -> bool:
    shop, host = (urlsplit(url).hostname or "" for url in (shop_url, address))
    return bool(NOBODYS_HOST.search(host)) and not NOBODYS_HOST.search(shop)
