"""The plain-text twin of an HTML mail, for readers without HTML and for spam filters."""

from __future__ import annotations

import re
from html.parser import HTMLParser

UNSEEN = {"head", "style", "title"}
BLOCKS = {"br", "div", "h1", "h2", "h3", "li", "p", "table", "td", "tr"}
PARAGRAPHS = {"h1", "h2", "h3", "p", "table", "tr"}
# Tags of blocks, alone on their lines: they print nothing, nor may their lines.
LONE_BLOCKS = re.compile(r"(?<=\n)((?:\{\{(?:[#/^]|else)[^{}]*\}\}\n+)+)")
# {{value}} but neither {{{value}}} nor {{#block}}, {{/block}}, {{else}}.
ESCAPED_VALUE = re.compile(r"(?<!\{)\{\{(?![{#/^!]|else\b)(.+?)\}\}(?!\})")


class _Reader(HTMLParser):
    """Collects what a reader would see, in lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen: list[str] = []
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        is_hidden = "display:none" in (attributes.get("style") or "").replace(" ", "")
        if tag in self._unseen or (not self._unseen and (tag in UNSEEN or is_hidden)):
            self._unseen.append(tag)
        elif tag == "a":
            self._links.append(attributes.get("href") or "")
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._unseen and tag == self._unseen[-1]:
            self._unseen.pop()
        elif tag == "a" and self._links:
            self.parts.append(f": {self._links.pop()}")
        if tag != "td":
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(re.sub(r"\s+", " ", data))

    def _break(self, tag: str) -> None:
        if tag in BLOCKS and not self._unseen:
            self.parts.append("\n\n" if tag in PARAGRAPHS else "\n")


def plain_text(html: str) -> str:
    """Return the text of an HTML mail, a Handlebars template or not.

    Links follow their words after a colon; what is hidden, such as the preheader, is left out.
    Values that HTML escapes are left as they are: in plain text an `&` is an `&`.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [line.strip() for line in "".join(reader.parts).split("\n")]
    text = LONE_BLOCKS.sub(lambda found: found[1].replace("\n", ""), "\n".join(lines))
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    return ESCAPED_VALUE.sub(r"{{{\1}}}", text) + "\n"
