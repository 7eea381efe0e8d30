"""Texts are written in plain English: a short list of turns that hold a reader up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# Files and folders that are checked, from the top of the repository.
ROOTS = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs",
    "dbt_project",
    "plugins",
    "dags",
    "benchmarks",
    "sandbox",
    "demo",
    "tests",
)
KINDS = {".md", ".py", ".sql", ".yml", ".yaml", ".html", ".toml", ".cfg", ".sh"}
# Not our words; and this list, which has to quote what it forbids.
NOT_CHECKED = ("sandbox/contract/spec/", "tests/unit/house/test_words.py")

# Blocks of a page quote programs and what they print: that is checked where it is written.
QUOTED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# Between two words: blanks, a line's end, and the mark of a comment that goes on.
GAP = r"(?:\s|#|--)+"


@dataclass(frozen=True)
class Turn:
    """A turn to avoid: blanks in `pattern` match across lines; `better` says what to write."""

    name: str
    pattern: str
    better: str
    example: str

    def find(self, text: str) -> list[int]:
        """Return the numbers of the lines on which the turn begins."""
        pattern = re.compile(self.pattern.replace(" ", GAP), re.IGNORECASE | re.MULTILINE)
        return [text.count("\n", 0, match.start()) + 1 for match in pattern.finditer(text)]


NUMBERED = "days|nights|hours|minutes|seconds|rows|customers|messages|mails|people|orders|lines"
TURNS = [
    Turn("anew", r"\banew\b", "again", "the night decides anew"),
    Turn(
        "in vain", r"\bin vain\b", "without success, never gets", "what the mail asks for in vain"
    ),
    Turn("reckon", r"\breckon", "count, compute, expect", "as a customer would reckon"),
    Turn(
        "stand in",
        # But not SQL about a card's standing: `standing in ('issued')`.
        r"\bstand(?:s|ing)? in\b(?! \()|\bstood in\b|\bstand-ins?\b",
        "is in; replaces, is used instead",
        "the shop's median gap stands in",
    ),
    Turn("told by", r"\btold by\b", "by, from, according to", "hours are told by the clock"),
    Turn("told of", r"\bis told of\b", "hears about, gets suggested", "the buyer is told of it"),
    Turn(
        "so many for a number",
        rf"\bso (?:many|much) (?:{NUMBERED})\b(?! that\b)",
        "the number of; name the unit: `in days`",
        "within so many days",
    ),
    Turn(
        "so long for a number",
        r"\b(?:at most|any|within|after|for|than) so (?:many|much|long)\b(?! that\b| as\b)",
        "the number of; for this long; name the unit: `in days`",
        "no marketing for so long",
    ),
    Turn(
        "who without a noun",
        r"\b(?:to|for|from|with|than|against|by) who\b",
        "to customers who, to anyone who",
        "it is sent to who has bought",
    ),
    Turn(
        "who as a subject",
        r"(?:^[#\s-]*|[.:;] )(?-i:Who) (?:has|have|is|was|had|gets|wants|buys|asks|does|cannot)\b"
        r"[^.?!|:]*\.(?!\w)",
        "customers who, anyone who; write the noun",
        "Who has ordered gets none.",
    ),
    Turn(
        "who as a predicate",
        r"\b(?:is|are|was|were) who (?:has|have|is|had|was|did|missed)\b",
        "a customer is ... if they",
        "away is who missed three orders",
    ),
    Turn("lest", r"\blest\b", "so that ... not", "a lot, lest the same should win"),
    Turn("foretell", r"\bforet(?:ell|old)", "predict", "it foretells each type"),
    Turn("begin as a noun", r"(?:'s|\bits|\bthe|\bat) begin\b", "start", "expected at its begin"),
    Turn("mend", r"\bmend(?:s|ed|ing)?\b", "fix, correct", "mend the data"),
    Turn("turned down", r"\bturn(?:s|ed) down\b", "rejected", "its run is turned down"),
    # Terms that have become other terms; docs/glossary.md has those that stay.
    Turn("fence", r"\b(?:un)?fenc(?:e|es|ed|ing)\b", "cancel", "the request is fenced"),
    Turn("last look", r"\blast looks?\b", "pre-send check", "taken at the last look"),
    Turn("hearing", r"\bhearing\b", "inbound", "the package hearing"),
]
SOUND = [
    "There are so many rows that PostgreSQL sorts on disk.",
    "It is unknown for so long that proof will hardly come.",
    "Who can read a code? Until then, anyone who has the key.",
    "Customers who have ordered are skipped; the grade shows who decided.",
    "Who has the largest orders? The night knows.",
    "It stands at the top of the list, beginning with the latest.",
]


def _texts(root: Path, files: list[Path]) -> dict[str, str]:
    """Return the texts that are checked, by path."""
    chosen = [
        path
        for path in files
        if path.suffix in KINDS
        and str(path).startswith(tuple(ROOTS))
        and not str(path).startswith(NOT_CHECKED)
    ]
    return {str(path): _without_quotes((root / path).read_text()) for path in chosen}


def _without_quotes(text: str) -> str:
    """Return the text with empty lines instead of quoted blocks, so that line numbers stay."""
    return QUOTED.sub(lambda match: "\n" * match[0].count("\n"), text)


def test_every_root_has_texts(root: Path, files: list[Path]) -> None:
    found = _texts(root, files)
    assert [top for top in ROOTS if not any(path.startswith(top) for path in found)] == []


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.name)
def test_no_text_uses_the_turn(root: Path, files: list[Path], turn: Turn) -> None:
    used = [
        f"{path}:{line}" for path, text in _texts(root, files).items() for line in turn.find(text)
    ]
    assert not used, f'"{turn.name}", better: {turn.better}\n' + "\n".join(used)


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.name)
def test_a_turn_is_caught_and_sound_sentences_are_not(turn: Turn) -> None:
    split_over_a_comment = f"# {turn.example}".replace(" ", "\n# ")
    assert turn.find(turn.example)
    assert turn.find(split_over_a_comment)
    assert [sentence for sentence in SOUND if turn.find(sentence)] == []
