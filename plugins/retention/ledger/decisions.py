"""Takes finished decisions out of the warehouse: the only module that reads `decisions.decisions`.

A warehouse elsewhere would be copied from here, and nowhere else.
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
    """The warehouse holds the decisions of another night than the one to record."""


@dataclass(frozen=True)
class Recorded:
    """What recording a night did to the ledger, and how it differs from what was there.

    Attributes:
        is_history: a later night is recorded too, so nothing was written.
        same: decisions that stood there already, word for word.
        added: candidates that the ledger did not know for this night.
        dropped: candidates that the ledger knew and the warehouse no longer has.
        changed: candidates with another outcome, reason or score than before.
    """

    is_history: bool
    same: int
    added: int
    dropped: int
    changed: int


def record_decisions(connection: psycopg.Connection, night: date) -> Recorded:
    """Copy the night's decisions into the ledger, in place of those recorded before.

    The same decisions recorded again leave the same rows; readers never see half a night. What led
    to a message stays, for it explains the message. A night that a later one has followed is
    history: it is compared with what was recorded, and left as it was.

    Args:
        connection: an open connection.
        night: local date of the night.

    Returns:
        How the warehouse's decisions differ from those recorded before.

    Raises:
        NightNotDecidedError: the warehouse holds decisions, but none of this night; recording
            would wipe what the ledger knows of it.
        LedgerConstraintError: a decision breaks a rule of `ledger.decisions`.
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
    """Return how many of the night's recorded decisions had which outcome."""
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
