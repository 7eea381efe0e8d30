"""Copies decisions from the warehouse: the only module that reads `decisions.decisions`.

If the warehouse were another database, only this module would have to change.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.rows import dict_row

from retention.database import only_row
from retention.ledger.statements import execute

if TYPE_CHECKING:
    from datetime import date

    import psycopg

log = logging.getLogger(__name__)


class NightNotDecidedError(LookupError):
    """The warehouse has the decisions of another night than the one to record."""


@dataclass(frozen=True)
class Recorded:
    """The result of recording a night, compared with what was recorded before.

    Attributes:
        is_history: whether a later night is recorded too, so that nothing was written.
        same: decisions that were already recorded, word for word.
        added: candidates that were not recorded for this night.
        dropped: recorded candidates that the warehouse no longer has.
        changed: candidates with a different outcome, reason or score than before.
    """

    is_history: bool
    same: int
    added: int
    dropped: int
    changed: int


def record_decisions(connection: psycopg.Connection, night: date) -> Recorded:
    """Copy the night's decisions into the ledger, replacing those recorded before.

    Recording the same decisions again leaves the same rows, and readers never see half a night.
    Decisions that led to a message stay, because they explain it. A night with a later one after it
    is history: it is compared with what was recorded, and not changed.

    Returns:
        How the warehouse's decisions differ from those recorded before.

    Raises:
        NightNotDecidedError: the warehouse has decisions, but none of this night; recording them
            would delete those in the ledger.
        LedgerConstraintError: a decision violates a constraint of `ledger.decisions`.
    """
    with connection.transaction():
        execute(connection, "lock_decisions", night=night)
        _require_decided(connection, night)
        is_history = only_row(execute(connection, "is_history", night=night)).is_history
        differences = execute(connection, "compare_decisions", rows=dict_row, night=night)
        recorded = Recorded(is_history=is_history, **only_row(differences))
        if not is_history:
            execute(connection, "remove_decisions", night=night)
            execute(connection, "record_decisions", night=night)
    log.info("night %s: %s", night, recorded)
    return recorded


def count_decisions(connection: psycopg.Connection, night: date) -> dict[str, int]:
    """Return the number of the night's recorded decisions by outcome."""
    rows = execute(connection, "count_decisions", night=night)
    return {row.outcome: row.decision_count for row in rows}


def _require_decided(connection: psycopg.Connection, night: date) -> None:
    nights = [row.night for row in execute(connection, "find_decided_nights")]
    if nights and night not in nights:
        held = ", ".join(str(other) for other in nights)
        message = (
            f"decisions.decisions holds the night {held}, not {night}: run dbt for {night} "
            "first, then record its decisions"
        )
        raise NightNotDecidedError(message)
