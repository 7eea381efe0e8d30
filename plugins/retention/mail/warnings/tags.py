"""The Handlebars tags of a text, each with its place, which the parser does not tell.

The text is one that the parser has accepted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sendgrid_templates.handlebars import HELPER_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

TAG = re.compile(
    r"\{\{~?!--.*?--~?\}\}|\{\{~?!.*?\}\}"  # comments
    r"|\{\{\{?~?(?P<sigil>[#/^&]?)(?P<inside>.*?)~?\}?\}\}",
    re.DOTALL,
)
WORD = re.compile(
    r"""(?:[\w-]+=)?(?:"[^"]*"|'[^']*')|\|[^|]*\||[()]|[^\s()|]+""",
)
LITERAL = re.compile(r"""["']|-?\d|(?:true|false|null|undefined)$""")


@dataclass(frozen=True)
class Tag:
    """One tag.

    Attributes:
        position: of its first character in the text, counted from 0.
        sigil: `#` and `^` open a block, `/` closes one; empty or `&` shows a value.
        words: its content; a text in quotes is one word, and so are parentheses.
    """

    position: int
    sigil: str
    words: tuple[str, ...]

    @property
    def opens(self) -> bool:
        """Whether a block begins here."""
        return bool(self.words) and self.sigil in {"#", "^"}

    @property
    def closes(self) -> bool:
        """Whether a block ends here."""
        return self.sigil == "/"

    @property
    def is_else(self) -> bool:
        """Whether the other side of a block begins here."""
        return not self.closes and (self.words[:1] == ("else",) or self.words == ())

    @property
    def names(self) -> tuple[str, ...]:
        """The data that it asks for, as they are written."""
        if self.closes:
            return ()
        words = self.words[1:] if self.is_else else self.words
        is_call = len(words) > 1 or (self.opens and words[0] in HELPER_NAMES)
        return tuple(_names(words[1:] if is_call and words[0] != "(" else words))

    @property
    def bound(self) -> tuple[str, ...]:
        """Names that `as |item index|` gives to what the block goes through."""
        return tuple(name for word in self.words if word[0] == "|" for name in word[1:-1].split())


def find_tags(text: str) -> Iterator[Tag]:
    """Return the tags of a text, comments left out, in their order."""
    for found in TAG.finditer(text):
        if found["inside"] is not None:
            words = tuple(WORD.findall(found["inside"]))
            yield Tag(found.start(), found["sigil"], words)


def _names(words: tuple[str, ...]) -> Iterator[str]:
    for before, word in zip(("", *words), words, strict=False):
        value = word if word[0] in "\"'" else word.partition("=")[2] or word
        is_bound = word[0] == "|" or word == "as"
        if word not in {"(", ")"} and before != "(" and not is_bound and not LITERAL.match(value):
            yield value
