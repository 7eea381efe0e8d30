"""A closed quarter as dbt would have graded it, and the steps of its run."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from retention.ledger.reward_runs import Grade, find_run
from retention.rewards.decision import approve
from retention.rewards.freeze import freeze, grade
from retention.rewards.quarters import Quarter

if TYPE_CHECKING:
    from collections.abc import Iterable

    import psycopg

    from retention.ledger.reward_runs import RewardRun

QUARTER = Quarter.read("2026Q3")
CLOSE = date(2026, 10, 1)
NOW = datetime(2026, 10, 1, 6, 0, tzinfo=UTC)
TIERS = {500: 15, 750: 30, 1000: 50}


def grade_of(customer: str, spend: str | float, **changes: object) -> Grade:
    """A grade by the tiers above, but for the changes."""
    over = [threshold for threshold in TIERS if Decimal(str(spend)) > threshold]
    made = Grade(
        customer,
        "EUR",
        Decimal(str(spend)).quantize(Decimal("0.01")),
        Decimal(f"{over[-1]}.00") if over else None,
        Decimal(f"{TIERS[over[-1]]}.00") if over else None,
        None,
    )
    return made._replace(**changes)


# Three cards of 15, one of 30, one of 50: 125.00; one customer is excluded.
CUSTOMERS = [
    grade_of("anna", "500.01"),
    grade_of("bertil", "500.00"),
    grade_of("clara", "1200"),
    grade_of("daavid", "749.99"),
    grade_of("eeva", "750"),
    grade_of("frans", "999"),
    grade_of("gunnel", "12.30"),
    *(grade_of(name, "20") for name in ("hilma", "ilona", "juho", "kaarlo", "lasse")),
    grade_of("tester", "2000", left_out_reason="test account"),
]
CARDS, WORTH = 5, Decimal("125.00")


def fill_grades(
    connection: psycopg.Connection,
    grades: Iterable[Grade],
    quarter: str = "2026Q3",
    known: date = CLOSE,
) -> None:
    """Replace the quarter's grades in the warehouse with these."""
    connection.execute("delete from rewards_reporting.quarter_grades where quarter = %s", [quarter])
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into rewards_reporting.quarter_grades values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [(quarter, *each, known) for each in grades],
        )


def graded_run(connection: psycopg.Connection) -> RewardRun:
    """Freeze and grade the quarter, and record checks without findings."""
    run = freeze(connection, QUARTER, NOW)
    grade(connection, run.run, NOW)
    connection.execute(
        "update ledger.reward_runs set unusual = '[]' where run = %s and unusual is null",
        [run.run],
    )
    return find_run(connection, run.quarter)


def approved_run(connection: psycopg.Connection) -> RewardRun:
    """Take the quarter to a person's approval."""
    run = graded_run(connection)
    approve(connection, run, "Kaisa", NOW)
    return find_run(connection, run.quarter)


def cards(connection: psycopg.Connection) -> list[tuple[object, ...]]:
    """Customer, amount and state of every card, replacements included."""
    return connection.execute(
        "select customer_id, amount, state from ledger.gift_cards order by customer_id, planned_at"
    ).fetchall()


def number_and_sum(connection: psycopg.Connection) -> tuple[int, Decimal]:
    """Number and value of the cards that have, or had, a code."""
    return connection.execute(
        "select count(*), coalesce(sum(amount), 0) from ledger.gift_cards where state <> 'planned'"
    ).fetchone()
