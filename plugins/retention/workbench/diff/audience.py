"""Whom a campaign finds, by the edited project and by the night: who is added, dropped, changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from psycopg import sql
from psycopg.rows import dict_row

from retention.database import compose_statement

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    import psycopg

EXAMPLES = 20
Kind = Literal["added", "dropped", "changed"]
KINDS: tuple[Kind, ...] = ("added", "dropped", "changed")
# The columns that `compare_audiences` holds against each other.
TOLD = ("score", "not_before", "not_after", "reason", "evidence", "context")
# A campaign that the night did not know yet had no candidates.
NOBODY = "(select * from {after} where false)"


@dataclass(frozen=True)
class Change:
    """What is another thing about a candidate than it was.

    Attributes:
        what: a column of the campaign.
        before: what the night had; empty for what is too long to tell (evidence, context).
        after: what the edited project has.
    """

    what: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Example:
    """A candidate that one side alone has, or both have otherwise."""

    customer_id: str
    occasion: str
    reason: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Audience:
    """A campaign's candidates, compared.

    Attributes:
        before: how many the night had.
        after: how many the edited project has.
        counts: how many were added, dropped and changed.
        examples: of each up to 20, the greatest score, or change of the score, first.
    """

    before: int
    after: int
    counts: dict[Kind, int]
    examples: dict[Kind, tuple[Example, ...]]


def compare_audiences(
    connection: psycopg.Connection,
    before: sql.Identifier | None,
    after: sql.Identifier,
    zone: ZoneInfo,
) -> Audience:
    """Compare the candidates of a campaign in two builds of it.

    Args:
        connection: to the database with both.
        before: the night's; None when the night did not know the campaign.
        after: the edited project's.
        zone: the shop's, in which moments are told.
    """
    statement = compose_statement(
        "retention.workbench.diff",
        "compare_audiences",
        candidates_before=before or sql.SQL(NOBODY).format(after=after),
        candidates_after=after,
    )
    cursor = connection.cursor(row_factory=dict_row)
    rows = cursor.execute(statement, {"most": EXAMPLES}).fetchall()
    counts = {row["kind"]: row["count"] for row in rows}
    same, changed = counts.get("same", 0), counts.get("changed", 0)
    return Audience(
        before=same + changed + counts.get("dropped", 0),
        after=same + changed + counts.get("added", 0),
        counts={kind: counts.get(kind, 0) for kind in KINDS},
        examples={
            kind: tuple(_example(row, zone) for row in rows if row["kind"] == kind)
            for kind in KINDS
        },
    )


def _example(row: dict[str, Any], zone: ZoneInfo) -> Example:
    before, after = row["before"], row["after"]
    changes = ()
    if before and after:
        changed = (what for what in TOLD if before[what] != after[what])
        changes = tuple(_change(what, before[what], after[what], zone) for what in changed)
    return Example(row["customer_id"], row["occasion"], (after or before)["reason"], changes)


def _change(what: str, before: object, after: object, zone: ZoneInfo) -> Change:
    if what in {"evidence", "context"}:
        return Change(what)
    return Change(what, _said(what, before, zone), _said(what, after, zone))


def _said(what: str, value: object, zone: ZoneInfo) -> str:
    if value is None:
        return "none"
    if what == "score":
        return f"{value:.4f}"
    if what.startswith("not_"):
        return f"{datetime.fromisoformat(str(value)).astimezone(zone):%Y-%m-%d %H:%M}"
    return str(value)
