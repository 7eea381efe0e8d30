"""The text of an HTML mail, for text-only readers, searches and snippets in lists."""

import re
from html.parser import HTMLParser

IGNORED = frozenset({"head", "script", "style", "title"})
BLOCKS = frozenset({
    "address", "article", "blockquote", "br", "div", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "li", "ol", "p", "section", "table", "tr", "ul",
})  # fmt: skip
PADDING = re.compile(r"[\u00a0\u00ad\u034f\u200b-\u200f\u2007\ufeff]+")
"""Invisible characters after the preheader that keep the body out of the snippet."""

SHORTEST_PREHEADER = 20
"""A shorter first line is a greeting or a heading, and the snippet continues after it."""


class _TextCollector(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.language = ""
        self._ignoring: list[str] = []
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "html":
            self.language = values.get("lang") or ""
        if tag in IGNORED:
            self._ignoring.append(tag)
        if tag in BLOCKS:
            self.parts.append("\n- " if tag == "li" else "\n")
        if tag == "a":
            self._links.append(values.get("href") or "")
        if tag == "img":
            self.parts.append(values.get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if self._ignoring and tag == self._ignoring[-1]:
            self._ignoring.pop()
        if tag in BLOCKS:
            self.parts.append("\n")
        if tag in {"td", "th"}:
            self.parts.append("  ")
        if tag == "a" and self._links:
            target = self._links.pop()
            self.parts.append(f" ({target})" if target.startswith("http") else "")

    def handle_data(self, data: str) -> None:
        if not self._ignoring:
            self.parts.append(re.sub(r"\s+", " ", data))


def _collected(html: str) -> _TextCollector:
    collector = _TextCollector()
    collector.feed(html)
    collector.close()
    return collector


def text_of(html: str) -> str:
    """Return the readable text of an HTML document.

    One line per block, links in parentheses, no repeated blank lines.
    """
    text = PADDING.sub(" ", "".join(_collected(html).parts))
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def language_of(html: str) -> str:
    """Return the ``lang`` attribute of the document, or an empty string."""
    return _collected(html[:2000]).language


def snippet_of(text: str, length: int = 140) -> str:
    """Return a mail client's snippet: the preheader, or the beginning of the text."""
    lines = [line for line in re.sub(r"\(https?://[^)]*\)", "", text).split("\n") if line.strip()]
    preheader = lines[0] if lines and len(lines[0]) >= SHORTEST_PREHEADER else " ".join(lines)
    line = re.sub(r"\s+", " ", preheader).strip()
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"
