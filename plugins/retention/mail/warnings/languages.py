"""Whether a mail says the same in all its languages: the same blocks, in the same order."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from retention.mail.warnings.tags import find_tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from retention.mail.source import Part
    from retention.mail.warnings.tags import Tag


def language_warnings(bodies: Sequence[Part]) -> Iterator[str]:
    """Return the first difference of each language from the first one.

    Args:
        bodies: of one mail, one in each language.
    """
    first, *others = bodies
    for other in others:
        for mine, its in zip_longest(_blocks(first), _blocks(other)):
            if mine is None or its is None or mine.words != its.words:
                yield f"{_told(other, its)} where {_told(first, mine, is_line_told=True)}"
                break


def _blocks(body: Part) -> list[Tag]:
    return [tag for tag in find_tags(body.text) if tag.opens or tag.is_else]


def _told(body: Part, tag: Tag | None, *, is_line_told: bool = False) -> str:
    if tag is None:
        return f"{body.file} has no more blocks" if is_line_told else f"{body.file}: no more blocks"
    written = f"{{{{{tag.sigil}{' '.join(tag.words)}}}}}"
    if is_line_told:
        return f"{body.file} has {written} (line {body.line_at(tag.position)})"
    return f"{body.place_at(tag.position)}: {written}"
