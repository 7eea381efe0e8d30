"""What an edited campaign does to the decisions of a night, its own and the others'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import class_row

from retention.database import compose_statement

if TYPE_CHECKING:
    from collections.abc import Iterable

    import psycopg
    from psycopg import sql


@dataclass(frozen=True)
class Move:
    """Candidates of one campaign that one outcome had and one outcome has.

    Attributes:
        before: what the night decided; None where it had no such candidate.
        after: what the edited project decides; None where it has no such candidate.
        count: how many candidates.
        yielding: of those outranked now, how many give way to the edited campaign.
    """

    campaign: str
    before: str | None
    after: str | None
    count: int
    yielding: int


@dataclass(frozen=True)
class Outcome:
    """How many decisions of a campaign have an outcome, before and after."""

    campaign: str
    outcome: str
    before: int
    after: int


def compare_decisions(
    connection: psycopg.Connection,
    before: sql.Identifier,
    after: sql.Identifier,
    campaign: str,
) -> tuple[Move, ...]:
    """Return where the decisions of all campaigns have moved, and where they stayed.

    Args:
        connection: to the database with both.
        before: the night's decisions.
        after: those of the edited project.
        campaign: the edited one.
    """
    statement = compose_statement(
        "retention.workbench.diff",
        "compare_decisions",
        decisions_before=before,
        decisions_after=after,
    )
    cursor = connection.cursor(row_factory=class_row(Move))
    return tuple(cursor.execute(statement, {"campaign": campaign}))


def outcomes(moves: Iterable[Move]) -> tuple[Outcome, ...]:
    """Return the decisions by campaign and outcome, where their number is not what it was."""
    before: dict[tuple[str, str], int] = {}
    after: dict[tuple[str, str], int] = {}
    for move in moves:
        for counts, outcome in ((before, move.before), (after, move.after)):
            if outcome is not None:
                key = (move.campaign, outcome)
                counts[key] = counts.get(key, 0) + move.count
    compared = (Outcome(*key, before.get(key, 0), after.get(key, 0)) for key in before | after)
    changed = (each for each in compared if each.before != each.after)
    return tuple(sorted(changed, key=lambda each: (each.campaign, each.outcome)))


def effect_on_others(moves: Iterable[Move], campaign: str) -> dict[str, str]:
    """Return in words what became of each other campaign's decisions, by its name.

    Such as `3 now outranked by this; 2 freed`. Whose decisions all stayed is not named.
    """
    told: dict[str, list[str]] = {}
    for move in moves:
        if move.campaign != campaign and move.before != move.after:
            told.setdefault(move.campaign, []).extend(_words(move))
    return {name: "; ".join(words) for name, words in sorted(told.items())}


def _words(move: Move) -> Iterable[str]:
    if (move.before, move.after) == ("outranked", "send"):
        yield f"{move.count} freed"
        return
    if move.yielding:
        yield f"{move.yielding} now outranked by this"
    if move.count > move.yielding:
        left = move.count - move.yielding
        yield f"{left} {move.before or 'no candidate'} → {move.after or 'no candidate'}"
