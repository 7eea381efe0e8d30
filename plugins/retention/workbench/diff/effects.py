"""Compares the decisions of all campaigns, with and without the edit of one."""

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
    """Candidates of one campaign with the same outcomes before and after.

    Attributes:
        before: the night's outcome; None when the night had no such candidate.
        after: the edited project's outcome; None when it has no such candidate.
        count: number of candidates.
        yielding: number of newly outranked ones that yield to the edited campaign.
    """

    campaign: str
    before: str | None
    after: str | None
    count: int
    yielding: int


@dataclass(frozen=True)
class Outcome:
    """Number of a campaign's decisions with an outcome, before and after."""

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
    """Compare the decisions of all campaigns.

    Args:
        connection: to the database with both builds.
        before: the night's decisions.
        after: the edited project's decisions.
        campaign: the edited campaign.
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
    """Return the number of decisions by campaign and outcome, where it changed."""
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
    """Return a description of the changed decisions of each other campaign, by its name.

    For example `3 now outranked by this; 2 freed`. Campaigns without changes are skipped.
    """
    changes: dict[str, list[str]] = {}
    for move in moves:
        if move.campaign != campaign and move.before != move.after:
            changes.setdefault(move.campaign, []).extend(_words(move))
    return {name: "; ".join(words) for name, words in sorted(changes.items())}


def _words(move: Move) -> Iterable[str]:
    if (move.before, move.after) == ("outranked", "send"):
        yield f"{move.count} freed"
        return
    if move.yielding:
        yield f"{move.yielding} now outranked by this"
    if move.count > move.yielding:
        rest = move.count - move.yielding
        yield f"{rest} {move.before or 'no candidate'} → {move.after or 'no candidate'}"
