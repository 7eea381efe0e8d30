"""What a reader would stumble over in a rendered mail: length, size, words, missing text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from retention.mail.plain_text import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retention.mail.render import RenderedMail
    from retention.mail.source import MailSource

MOST_SUBJECT_CHARACTERS = 60  # what a phone shows in one line
MOST_BYTES = 100_000  # Gmail cuts mails off at 102 kB
MOST_WORD_CHARACTERS = 30  # a headline of a phone holds so many
LINK = re.compile(r"\S+://\S+")
CONSTANT = re.compile(r"\$\{\w+\}")
TAG = re.compile(r"\{\{.*?\}\}")


def subject_warnings(rendered: RenderedMail, source: MailSource) -> Iterator[str]:
    """Return whether the subject is too long."""
    length = len(rendered.subject)
    if length > MOST_SUBJECT_CHARACTERS:
        yield (
            f"{source.subject.place_at(0)}: the subject has {length} characters, and phones show"
            f" {MOST_SUBJECT_CHARACTERS}: '{rendered.subject}'"
        )


def size_warnings(rendered: RenderedMail, source: MailSource) -> Iterator[str]:
    """Return whether mail programs would cut the mail off."""
    size = len(rendered.html.encode())
    if size > MOST_BYTES:
        yield (
            f"{source.body.file}: {size / 1000:.0f} kB of HTML: beyond {MOST_BYTES // 1000} kB mail"
            " programs cut the end off, and the unsubscribe link with it"
        )


def word_warnings(rendered: RenderedMail, source: MailSource) -> Iterator[str]:
    """Return words that a phone cannot break, each once."""
    text = LINK.sub(" ", f"{rendered.subject}\n{rendered.preheader}\n{rendered.plain}")
    for word in dict.fromkeys(re.findall(r"\S+", text)):
        # People break words at these themselves.
        longest = max(re.split(r"[-\u00ad\u200b\u2013\u2014/]", word), key=len)
        if len(longest) > MOST_WORD_CHARACTERS:
            yield (
                f"{_place_of(longest, source)}: '{longest}' has {len(longest)} characters and can"
                " push a phone's page apart"
            )


def plain_text_warnings(source: MailSource) -> Iterator[str]:
    """Return whether the body says anything to people who read without HTML."""
    text = plain_text(CONSTANT.sub("", source.body.text))
    if not re.search(r"\w", TAG.sub(lambda tag: "" if _is_block(tag[0]) else "x", text)):
        yield (
            f"{source.body.place_at(0)}: the body has no words of its own, so that plain text, and"
            " who has pictures switched off, gets an empty mail"
        )


def _is_block(tag: str) -> bool:
    return bool(re.match(r"\{+~?(?:[#/^!]|else\b)", tag))


def _place_of(word: str, source: MailSource) -> str:
    for part in (source.subject, source.preheader, source.why, source.body):
        if (position := part.text.find(word)) >= 0:
            return part.place_at(position)
    return source.body.file
