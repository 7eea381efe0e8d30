"""The accounting runs of quarterly rewards: frozen, graded, decided, issued.

`docs/rewards.md` has a diagram of the states. Every function that writes is one atomic step, and
idempotent.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg import ClientCursor
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from retention.database import load_statement
from retention.ledger.statements import execute

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    import psycopg


class RunState(StrEnum):
    """The state of a run; at most one run of a quarter is neither rejected nor expired."""

    FROZEN = "frozen"  # the grades are stored and will never change; no totals yet
    GRADED = "graded"  # the totals are computed; it waits for its checks and for a decision
    APPROVED = "approved"  # a person approved it; its cards may get codes
    REJECTED = "rejected"  # rejected, with the reason; the quarter may be frozen again
    EXPIRED = "expired"  # nobody decided in time; the quarter may be frozen again
    ISSUED = "issued"  # each of its cards has, or had, a code; final


class Decision(NamedTuple):
    """The decision about a graded run.

    Attributes:
        state: `APPROVED`, `REJECTED` or `EXPIRED`.
        by: a person's name, or the name of a rule.
        reason: why; an approval needs none.
    """

    state: RunState
    by: str
    reason: str | None


class Grade(NamedTuple):
    """One customer's quarter in one currency.

    Attributes:
        spend: the spend that counts, in `currency`.
        tier_threshold: the highest threshold that it exceeds; None without a tier.
        amount: the reward of that tier; None without a tier.
        left_out_reason: why there is no reward despite a tier; otherwise None.
    """

    customer_id: str
    currency: str
    spend: Decimal
    tier_threshold: Decimal | None
    amount: Decimal | None
    left_out_reason: str | None


class Total(NamedTuple):
    """The rewards of one tier; `amount` is that of one card."""

    currency: str
    tier_threshold: Decimal
    amount: Decimal
    card_count: int


class Reward(NamedTuple):
    """One customer's reward, and the spend it is for."""

    customer_id: str
    currency: str
    spend: Decimal
    amount: Decimal


@dataclass(frozen=True)
class RewardRun:
    """One attempt to reward a quarter.

    Attributes:
        run: quarter and attempt, such as `2026Q3-1`.
        as_of: local date; the spend counts as it was known at its 00:00.
        checksum: of the frozen grades, see `checksum`.
        earlier: the preceding quarters by currency, from the same data: `quarter`, `currency`,
            `customer_count`, `card_count`, `amount` (a text).
        unusual: what the checks found unusual, a sentence each; None before the checks.
        decided_by: a person's name, or the name of a rule.
    """

    run: str
    quarter: str
    attempt: int
    as_of: date
    state: RunState
    frozen_at: datetime
    customer_count: int
    checksum: str
    earlier: list[dict[str, Any]]
    graded_at: datetime | None
    unusual: list[str] | None
    decided_at: datetime | None
    decided_by: str | None
    decision_reason: str | None
    issued_at: datetime | None

    @property
    def stands(self) -> bool:
        """Whether it is neither rejected nor expired."""
        return self.state not in {RunState.REJECTED, RunState.EXPIRED}


def checksum(grades: Iterable[Grade]) -> str:
    r"""Return the SHA-256 (hexadecimal) of grades as lines of text, in the order given.

    A line is what PostgreSQL's `copy ... to stdout` writes: the six values in the order of
    `Grade`, separated by tabs, with `\N` for none. So an accountant can compute it with psql alone.
    """
    digest = hashlib.sha256()
    for grade in grades:
        values = (r"\N" if value is None else _escaped(str(value)) for value in grade)
        digest.update(("\t".join(values) + "\n").encode())
    return digest.hexdigest()


def lock(connection: psycopg.Connection) -> None:
    """Block all other freezing, deciding and issuing until the transaction ends."""
    execute(connection, "lock_rewards")


def find_run(connection: psycopg.Connection, quarter: str) -> RewardRun | None:
    """Return the quarter's latest run, the only one that may be active; None if there is none."""
    found = execute(connection, "find_reward_run", rows=dict_row, quarter=quarter).fetchone()
    if found is None:
        return None
    found["state"] = RunState(found["state"])
    return RewardRun(**found)


def find_graded_nights(connection: psycopg.Connection) -> list[date]:
    """Return the nights for which the warehouse has graded quarters: one, or none."""
    return [row.known_date for row in execute(connection, "find_graded_nights")]


def list_quarter_grades(connection: psycopg.Connection, quarter: str) -> list[Grade]:
    """Return the quarter's grades in the warehouse now, in the order of `checksum`."""
    rows = class_row(Grade)
    return sorted(
        execute(connection, "list_quarter_grades", rows=rows, quarter=quarter), key=_place
    )


def list_frozen_grades(connection: psycopg.Connection, run: str) -> list[Grade]:
    """Return a run's frozen grades, in the order of `checksum`."""
    rows = class_row(Grade)
    return sorted(execute(connection, "list_reward_grades", rows=rows, run=run), key=_place)


def freeze_run(
    connection: psycopg.Connection, run: RewardRun, grades: Sequence[Grade], now: datetime
) -> None:
    """Store a new run and its grades; the caller holds the lock, inside a transaction."""
    execute(
        connection,
        "freeze_reward_run",
        run=run.run,
        quarter=run.quarter,
        attempt=run.attempt,
        as_of=run.as_of,
        customer_count=run.customer_count,
        checksum=run.checksum,
        earlier=Jsonb(run.earlier),
        now=now,
    )
    columns = list(zip(*grades, strict=True)) or [()] * len(Grade._fields)
    names = ("customer_ids", "currencies", "spends")
    names += ("tier_thresholds", "amounts", "left_out_reasons")
    values: dict[str, Any] = dict(zip(names, map(list, columns), strict=True))
    execute(connection, "freeze_reward_grades", run=run.run, quarter=run.quarter, **values)


def summarize_earlier_quarters(
    connection: psycopg.Connection, quarter: str
) -> list[dict[str, Any]]:
    """Return the four preceding quarters by currency, according to the warehouse now."""
    rows = execute(connection, "summarize_earlier_quarters", rows=dict_row, quarter=quarter)
    return rows.fetchall()


def grade_run(connection: psycopg.Connection, run: str, now: datetime) -> None:
    """Compute a frozen run's totals; a run that is already graded is not changed."""
    with connection.transaction():
        if execute(connection, "grade_reward_run", run=run, now=now).rowcount:
            execute(connection, "total_reward_grades", run=run)


def list_totals(connection: psycopg.Connection, run: str) -> list[Total]:
    """Return a run's totals, tier by tier."""
    return execute(connection, "list_reward_totals", rows=class_row(Total), run=run).fetchall()


def count_graded_customers(
    connection: psycopg.Connection, run: str
) -> dict[tuple[str, str | None], int]:
    """Return the number of customers in a run, by currency and reason for leaving them out."""
    rows = execute(connection, "count_graded_customers", run=run)
    return {(row.currency, row.left_out_reason): row.customer_count for row in rows}


def list_largest_rewards(connection: psycopg.Connection, run: str, most: int) -> list[Reward]:
    """Return the run's `most` largest rewards."""
    rows = class_row(Reward)
    return execute(connection, "list_largest_rewards", rows=rows, run=run, most=most).fetchall()


def query_to_check(connection: psycopg.Connection, run: str) -> str:
    """Return a `select` of a run's rows to check, with its parameters filled in."""
    query = load_statement("retention.ledger", "check_reward_grades")
    filled = ClientCursor(connection).mogrify(query, {"run": run})
    return f"select * from (\n{filled}\n) as grades"  # noqa: S608 - our own statement


def note_unusual(connection: psycopg.Connection, run: str, unusual: Sequence[str]) -> None:
    """Record that a graded run passed its checks, and what they found unusual."""
    execute(connection, "check_reward_run", run=run, unusual=Jsonb(list(unusual)))


def decide_run(connection: psycopg.Connection, run: str, decision: Decision, now: datetime) -> bool:
    """Record the decision about a graded run; return False if it was already decided."""
    decided = execute(
        connection,
        "decide_reward_run",
        run=run,
        state=decision.state,
        decided_by=decision.by,
        reason=decision.reason,
        now=now,
    )
    return decided.rowcount == 1


def finish_run(connection: psycopg.Connection, run: str, now: datetime) -> bool:
    """Mark an approved run as issued if none of its cards waits for a code; return whether."""
    return execute(connection, "finish_reward_run", run=run, now=now).rowcount == 1


def _place(grade: Grade) -> tuple[str, str]:
    """Return the sort key of a grade; strings compare as in PostgreSQL's collation C."""
    return grade.customer_id, grade.currency


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
