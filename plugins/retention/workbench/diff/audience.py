"""Compares a campaign's candidates: the edited project's with the night's."""

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
COMPARED_COLUMNS = ("score", "not_before", "not_after", "reason", "evidence", "context")
# A campaign that is new since the night had no candidates.
NOBODY = "(select * from {after} where false)"


@dataclass(frozen=True)
class Change:
    """A changed value of a candidate.

    Attributes:
        what: the column of the campaign.
        before: the night's value; empty for values that are too long (evidence, context).
        after: the edited project's value; empty likewise.
    """

    what: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Example:
    """A candidate that only one side has, or that differs between them."""

    customer_id: str
    occasion: str
    reason: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Audience:
    """A comparison of a campaign's candidates.

    Attributes:
        before: number of the night's candidates.
        after: number of the edited project's candidates.
        counts: number of added, dropped and changed candidates.
        examples: up to 20 of each kind, the greatest score, or change of score, first.
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
        connection: to the database with both builds.
        before: the night's table; None when the campaign is new since the night.
        after: the edited project's table.
        zone: the shop's time zone, for times in the result.
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
        changed = (what for what in COMPARED_COLUMNS if before[what] != after[what])
        changes = tuple(_change(what, before[what], after[what], zone) for what in changed)
    return Example(row["customer_id"], row["occasion"], (after or before)["reason"], changes)


def _change(what: str, before: object, after: object, zone: ZoneInfo) -> Change:
    if what in {"evidence", "context"}:
        return Change(what)
    return Change(what, _shown(what, before, zone), _shown(what, after, zone))


def _shown(what: str, value: object, zone: ZoneInfo) -> str:
    if value is None:
        return "none"
    if what == "score":
        return f"{value:.4f}"
    if what.startswith("not_"):
        return f"{datetime.fromisoformat(str(value)).astimezone(zone):%Y-%m-%d %H:%M}"
    return str(value)
