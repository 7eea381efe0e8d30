"""Renames a campaign in its files: models, tests and `ref()`, but not words that only look alike.

A campaign's name may also be a word in its mails, such as `birthday`. So it is replaced only where
it is a name; other mentions are reported for a person to check.
"""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_CHARACTERS = 63
REF = re.compile(r"(?P<head>\bref\(\s*['\"])(?P<name>\w+)(?P<tail>['\"]\s*\))")
NAMING = {"name", "model"}  # keys of a properties file whose value names a model or a test
DATA = {"arguments", "expect", "given", "meta"}  # keys with data, where the same words differ
CAMPAIGN = r"(?P<head>\bcampaign\s*(?:=|<>|in\s*\()\s*')(?P<name>{})(?P<tail>')"


def rename_files(files: Mapping[str, str], old: str, new: str) -> dict[str, str]:
    """Return the files of a campaign's folder, renamed to another campaign.

    Args:
        files: texts by path of file in the folder.
        old: the campaign's name.
        new: the other campaign's name.
    """
    models = {name: renamed(name, old, new) for name in model_names(files)}
    return {
        _file_name(name, models): _rename_text(name, text, models, old, new)
        for name, text in files.items()
    }


def model_names(files: Mapping[str, str]) -> list[str]:
    """Return the names of the dbt models among the files of a folder."""
    return [Path(name).stem for name in files if name.endswith(".sql")]


def renamed(name: str, old: str, new: str) -> str:
    """Return the new name of a model or a test; names stay unique."""
    pattern = rf"(?<![a-z0-9]){re.escape(old)}(?![a-z0-9])"
    whole = re.sub(pattern, new, name) if re.search(pattern, name) else f"{new}_{name}"
    # Names become tables, and PostgreSQL limits their length: drop whole words.
    return whole if len(whole) <= MOST_CHARACTERS else whole[:MOST_CHARACTERS].rpartition("_")[0]


def mentions(files: Mapping[str, str], old: str) -> list[str]:
    """Return file and lines of SQL and settings that still mention the old name as a word."""
    word = re.compile(rf"\b{re.escape(old)}\b")
    found = {
        name: [str(number) for number, line in enumerate(text.splitlines(), 1) if word.search(line)]
        for name, text in sorted(files.items())
        if name.endswith((".sql", ".yml"))
    }
    return [
        f"{name}, {'line' if len(lines) == 1 else 'lines'} {', '.join(lines)}"
        for name, lines in found.items()
        if lines
    ]


def _file_name(name: str, models: Mapping[str, str]) -> str:
    file = Path(name)
    return str(file.with_stem(models[file.stem])) if file.stem in models else name


def _rename_text(name: str, text: str, models: Mapping[str, str], old: str, new: str) -> str:
    if name.endswith(".yml") and Path(name).stem in models:
        text = _rename_names(text, models, old, new)
    if name.endswith((".sql", ".yml")):
        text = REF.sub(lambda ref: _replaced(ref, models.get(ref["name"], ref["name"])), text)
        filters = re.compile(CAMPAIGN.format(re.escape(old)), re.IGNORECASE)
        text = filters.sub(lambda found: _replaced(found, new), text)
    return text


def _replaced(found: re.Match[str], name: str) -> str:
    return f"{found['head']}{name}{found['tail']}"


def _rename_names(text: str, models: Mapping[str, str], old: str, new: str) -> str:
    """Return a properties file with its models and tests renamed; comments are kept."""
    nodes = {_place(node.start_mark): node for node in _names(yaml.compose(text, yaml.SafeLoader))}
    for start, node in sorted(nodes.items(), reverse=True):
        end = _place(node.end_mark)
        name = models.get(node.value) or renamed(node.value, old, new)
        text = text[:start] + text[start:end].replace(node.value, name) + text[end:]
    return text


def _place(mark: yaml.Mark | None) -> int:
    # A text that was read has a mark for every node.
    return int(cast("yaml.Mark", mark).index)


def _names(node: yaml.Node, path: tuple[str, ...] = ()) -> Iterator[yaml.ScalarNode]:
    """Return the nodes that name a model or a test, but not those that name a column."""
    if isinstance(node, yaml.SequenceNode):
        yield from chain.from_iterable(_names(item, path) for item in node.value)
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value in NAMING and path[-1:] != ("columns",):
            yield cast("yaml.ScalarNode", value)
        elif key.value not in DATA:
            yield from _names(value, (*path, key.value))
