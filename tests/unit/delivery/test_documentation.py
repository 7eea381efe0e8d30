"""`docs/delivery.md` and the code describe the same state machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import retention.ledger
from retention.ledger.states import MessageState, RequestState

PAGE = (Path(__file__).parents[3] / "docs" / "delivery.md").read_text()
SQL = Path(retention.ledger.__file__).parent / "sql"
ROW = re.compile(r"^\| `(\w+)` \| `(\w+)` \| `(\w+)` \|", re.MULTILINE)
TARGET = re.compile(r"set\s+state = '(\w+)'")
SOURCE = re.compile(r"state (?:= '(\w+)'|in \(([^)]*)\))")
Arrow = tuple[str, str, str]


def documented() -> set[Arrow]:
    return {row.groups() for row in ROW.finditer(_section("Transitions of a message"))}


def arrows_of(file: Path) -> set[Arrow]:
    """The transitions of messages that a statement makes, read from its text."""
    statement = re.sub(r"--.*", "", file.read_text())
    target = TARGET.search(statement)
    if "update ledger.messages" not in statement or not target:
        return set()
    rest = TARGET.sub("", statement)
    sources = {
        state
        for one, several in SOURCE.findall(rest)
        for state in ([one] if one else re.findall(r"'(\w+)'", several))
    }
    return {(source, target[1], file.stem) for source in sources}


def test_the_page_lists_exactly_the_transitions_of_the_statements() -> None:
    made = set().union(*(arrows_of(file) for file in SQL.rglob("*.sql")))
    # Enqueueing inserts, and plans an expired message again by its conflict clause.
    assert documented() == made | {("expired", "planned", "enqueue_messages")}


def test_the_picture_shows_the_same_transitions() -> None:
    drawn = set(re.findall(r"^    (\w+) --> (\w+)$", PAGE, re.MULTILINE))
    assert drawn == {(source, target) for source, target, _ in documented()}


def test_the_picture_ends_at_states_without_a_transition() -> None:
    ends = set(re.findall(r"^    (\w+) --> \[\*\]$", PAGE, re.MULTILINE))
    assert ends == set(MessageState) - {source for source, _, _ in documented()}


@pytest.mark.parametrize(
    ("title", "states"),
    [("States of a message", MessageState), ("States of a request", RequestState)],
)
def test_every_state_has_its_line(title: str, states: type) -> None:
    assert re.findall(r"^\| `(\w+)` \|", _section(title), re.MULTILINE) == list(states)


def test_a_final_state_is_called_final() -> None:
    told = re.findall(r"^\| `(\w+)` \|.*; final \|$", PAGE, re.MULTILINE)
    assert set(told) == set(MessageState) - {source for source, _, _ in documented()}


def _section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
