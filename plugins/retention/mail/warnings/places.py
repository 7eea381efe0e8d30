"""Where the data of a mail are written: the line of a sample, or of the campaign's SQL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from pathlib import Path

    from retention.mail.candidate import MailData


def place_of(path: tuple[str, ...], data: MailData, project: Path) -> str:
    """Return where the file of the data names the last part of a path, as people are told."""
    text = (project / data.file).read_text(encoding="utf-8")
    line = _yaml_line(text, path) if data.is_sample else _sql_line(text, path[-1])
    return f"{data.file}, line {line}" if line else data.file


def _yaml_line(text: str, path: tuple[str, ...]) -> int | None:
    """Return the line of a key below a language, the first one that has it."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    for locale, node in root.value:
        if locale.value != "optional" and (found := _key_node(node, path)):
            return found.start_mark.line + 1
    return None


def _key_node(node: yaml.Node, path: tuple[str, ...]) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode):
        found = (_key_node(item, path) for item in node.value)
        return next(filter(None, found), None)
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value == path[0]:
            return key if len(path) == 1 else _key_node(value, path[1:])
    return None


def _sql_line(text: str, name: str) -> int | None:
    found = re.search(rf"'{re.escape(name)}'", text)
    return text.count("\n", 0, found.start()) + 1 if found else None
