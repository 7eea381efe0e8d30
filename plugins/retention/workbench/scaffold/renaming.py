"""A campaign's files under another name: models, tests and `ref()`, nothing that only looks alike.

A campaign may be called what its mails speak of, `birthday` say; so a name is changed where it is
one, and where it merely stands it is told, for a person to judge.
"""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_CHARACTERS = 63
REF = re.compile(r"(?P<head>\bref\(\s*['\"])(?P<name>\w+)(?P<tail>['\"]\s*\))")
NAMING = {"name", "model"}  # keys of a properties file whose value names a model or a test
DATA = {"arguments", "expect", "given", "meta"}  # keys below which the same words mean others
CAMPAIGN = r"(?P<head>\bcampaign\s*(?:=|<>|in\s*\()\s*')(?P<name>{})(?P<tail>')"


def rename_files(files: Mapping[str, str], old: str, new: str) -> dict[str, str]:
    """Return the files of a campaign's folder as those of another campaign.

    Args:
        files: text by path of file in the folder.
        old: what the campaign is called.
        new: what the other one shall be called.
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
    """Return what a model or a test of the other campaign is called; each name is there once."""
    pattern = rf"(?<![a-z0-9]){re.escape(old)}(?![a-z0-9])"
    whole = re.sub(pattern, new, name) if re.search(pattern, name) else f"{new}_{name}"
    # dbt makes a table of each, and PostgreSQL takes no longer name: whole words go.
    return whole if len(whole) <= MOST_CHARACTERS else whole[:MOST_CHARACTERS].rpartition("_")[0]


def mentions(files: Mapping[str, str], old: str) -> list[str]:
    """Return where in SQL and settings the old name still stands as a word: file and lines."""
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
        asks = re.compile(CAMPAIGN.format(re.escape(old)), re.IGNORECASE)
        text = asks.sub(lambda asked: _replaced(asked, new), text)
    return text


def _replaced(found: re.Match[str], name: str) -> str:
    return f"{found['head']}{name}{found['tail']}"


def _rename_names(text: str, models: Mapping[str, str], old: str, new: str) -> str:
    """Return a properties file with its models and tests renamed, in place: comments stay."""
    nodes = {node.start_mark.index: node for node in _names(yaml.compose(text, yaml.SafeLoader))}
    for start, node in sorted(nodes.items(), reverse=True):
        end = node.end_mark.index
        name = models.get(node.value) or renamed(node.value, old, new)
        text = text[:start] + text[start:end].replace(node.value, name) + text[end:]
    return text


def _names(node: yaml.Node, path: tuple[str, ...] = ()) -> Iterator[yaml.ScalarNode]:
    """Return the nodes that name a model or a test; a column's name is its own."""
    if isinstance(node, yaml.SequenceNode):
        yield from chain.from_iterable(_names(item, path) for item in node.value)
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value in NAMING and path[-1:] != ("columns",):
            yield value
        elif key.value not in DATA:
            yield from _names(value, (*path, key.value))
