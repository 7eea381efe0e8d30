"""Which data a mail asks for, and which of them its reader's context has not."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from retention.mail.warnings.tags import find_tags
from sendgrid_templates.handlebars import HELPER_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from retention.mail.source import Part
    from retention.mail.warnings.tags import Tag

Path = tuple[str, ...]
EVERYTHING = "*"  # at the end of a path: whatever is below it is shown
STEPS_INTO = {"each", "with"}  # and any block that is named after data


@dataclass(frozen=True)
class Missing:
    """A name that a mail uses and never gets, and where."""

    name: str
    place: str


@dataclass(frozen=True)
class Frame:
    """What names mean at one place of a mail.

    Attributes:
        path: where the values are found in the context.
        values: all that stand there, as a list is gone through; None when nobody knows.
        bound: what names of `as |...|` mean.
    """

    path: Path
    values: Sequence[Any] | None
    bound: Mapping[str, Frame] = field(default_factory=dict)

    def find(self, parts: Path) -> Frame | None:
        """Return what a path from here leads to; None when it leads nowhere."""
        frame = self
        for part in parts:
            if frame.values is not None:
                frame = frame.step(part)
                if frame is None:
                    return None
            else:
                frame = Frame((*frame.path, part), None)
        return frame

    def step(self, part: str) -> Frame | None:
        """Return what stands under a name or a number; a null has nothing to tell."""
        path = self.path if part.isdigit() else (*self.path, part)
        found = [value for each in self.values or () for value in _values_at(each, part)]
        if found:
            return Frame(path, found)
        return Frame(path, None) if all(each is None for each in self.values or ()) else None

    def items(self) -> Frame:
        """Return what `{{#each}}` goes through."""
        items = [item for value in self.values or () for item in items_of(value)]
        return Frame(self.path, items or None)


class Reader:
    """Reads the parts of a mail, and notes which data they ask for.

    Attributes:
        used: paths into the context.
        missing: names that lead nowhere.
    """

    def __init__(self, context: Mapping[str, Any]) -> None:
        """Read with a context: all that the mail can show, in its language."""
        self.used: set[Path] = set()
        self.missing: list[Missing] = []
        self._context = context

    def read(self, part: Part) -> None:
        """Note what one part of a mail asks for."""
        frames = [Frame((), [self._context])]
        for tag in find_tags(part.text):
            if tag.closes:
                frames.pop()
                continue
            if tag.is_else:
                # What `each` and `with` step into is left again.
                frames[-1] = replace(frames[-2], bound={})
            found = [self._look_up(name, frames, part, tag) for name in tag.names]
            if tag.opens:
                frames.append(_frame_of(tag, frames[-1], found))

    def _look_up(self, name: str, frames: list[Frame], part: Part, tag: Tag) -> Frame | None:
        if name.startswith("@") and not name.startswith("@root"):
            return None  # `@index` and its like
        parts, starts = _starts(name, frames)
        found = next(filter(None, (start.find(parts) for start in starts)), None)
        if found is None:
            whole = ".".join((*starts[0].path, *parts))
            self.missing.append(Missing(whole, part.place_at(tag.position)))
            return None
        self.used.add(found.path if parts else (*found.path, EVERYTHING))
        return found


def unused(context: Mapping[str, Any], used: Iterable[Path]) -> list[Path]:
    """Return the data of a context that nothing asks for; the outermost name stands for all."""
    asked = {path[:length] for path in used for length in range(1, len(path) + 1)}
    return list(dict.fromkeys(_unused(context, (), asked)))


def _unused(value: object, path: Path, asked: set[Path]) -> Iterator[Path]:
    if (*path, EVERYTHING) in asked:
        return
    for item in items_of(value) if isinstance(value, list) else [value]:
        for name, below in item.items() if isinstance(item, dict) else ():
            if (*path, name) in asked:
                yield from _unused(below, (*path, name), asked)
            else:
                yield (*path, str(name))


def _starts(name: str, frames: list[Frame]) -> tuple[Path, list[Frame]]:
    """Return the steps of a name, and the frames from which they may be taken."""
    bare = re.sub(r"^(\.\./)+|^@root[./]?|^this(?=$|[./])", "", name)
    parts = tuple(filter(None, re.split(r"[./]", bare)))
    if name.startswith("@root"):
        return parts, frames[:1]
    if name.startswith("../"):
        # How many blocks `../` leaves is told differently by different versions of Handlebars.
        return parts, frames[-2::-1] or frames
    for frame in reversed(frames):
        if parts and parts[0] in frame.bound:
            return parts[1:], [frame.bound[parts[0]]]
    return parts, frames[-1:]


def _frame_of(tag: Tag, around: Frame, found: list[Frame | None]) -> Frame:
    """Return what names mean inside a block."""
    if tag.words[0] in HELPER_NAMES - STEPS_INTO:
        return replace(around, bound={})
    into = (found[0] if found else around) or Frame(around.path, None)
    is_list = any(isinstance(value, list) for value in into.values or ())
    goes_through = tag.words[0] == "each" or (is_list and tag.words[0] != "with")
    inside = into.items() if goes_through else into
    unknown = Frame(inside.path, None)
    bound = dict(zip(tag.bound, (inside, unknown), strict=False))
    return replace(inside, bound=bound)


def _values_at(value: object, part: str) -> list[Any]:
    if isinstance(value, dict) and part in value:
        return [value[part]]
    if isinstance(value, list) and part.isdigit():
        return value[int(part) : int(part) + 1]
    return []


def items_of(value: object) -> list[Any]:
    """Return what a list or a mapping holds; of anything else nothing."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
