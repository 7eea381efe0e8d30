"""In SQL a table goes by its own name, or by a whole word: never by a few letters of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# The whole words of up to four letters; sqlfluff takes none that is shorter.
SHORT_WORDS = {
    *("card", "code", "days", "held", "kind", "late", "line", "list", "lost", "made", "mail"),
    *("mart", "once", "paid", "pair", "past", "told", "type"),
}
COMMENT = re.compile(r"\{#.*?#\}|--[^\n]*", re.DOTALL)
NAMED = re.compile(r"\b(?:from|join|update|into)\s+(\{\{[^}]*\}\}|[\w.{}]+)\s+as\s+(\w+)")
COMPUTED = re.compile(r"\)\s+as\s+(\w+)\s*(?:\(|\bon\b)")


def test_an_alias_is_a_whole_word(root: Path, files: list[Path]) -> None:
    texts = {path: (root / path).read_text() for path in files if path.suffix == ".sql"}
    found = [f"{path}: {alias}" for path, text in texts.items() for alias in riddles(text)]
    assert not found, f"write the table's name, or a word: {found}"


@pytest.mark.parametrize(
    ("statement", "riddle"),
    [
        ("select 1 from ledger.messages as messages", None),
        ("select 1 from ledger.gift_cards as card", None),
        ("select 1 from ledger.messages as mess", "mess"),
        ("select 1 from ledger.messages as earl", "earl"),
        ("select 1 from ledger.messages as earlier", None),
        ("select 1 from {{ ref('customer_signals') }} as custsig", "custsig"),
        ("select 1 from {{ ref('customer_signals') }} as signals", None),
        ("select 1 from unnest(%(codes)s::text[]) as cods (code)", "cods"),
        ("update ledger.requests as reqs set state = 'unknown'", "reqs"),
    ],
)
def test_a_few_letters_are_no_word(statement: str, riddle: str | None) -> None:
    assert riddles(statement) == ([riddle] if riddle else [])


def riddles(text: str) -> list[str]:
    """The aliases that are cut: short and no known word, or a table's name less some letters."""
    code = COMMENT.sub("", text)
    aliases = [*NAMED.findall(code), *(("", alias) for alias in COMPUTED.findall(code))]
    return [alias for table, alias in aliases if is_cut(alias, table)]


def is_cut(alias: str, table: str) -> bool:
    words = re.split(r"\W|_", table)
    words += [word.removesuffix("s") for word in words]
    if alias in table.split(".") or {*alias.split("_")} <= {*words}:
        return False
    letters = iter(table)
    return (len(alias) <= 4 and alias not in SHORT_WORDS) or all(each in letters for each in alias)
