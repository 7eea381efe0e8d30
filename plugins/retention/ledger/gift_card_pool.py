"""The merchant's own codes: imported into a pool, each used by one card at most."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from psycopg.rows import class_row

from retention.ledger.statements import execute

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from decimal import Decimal

    import psycopg

    from retention.ledger.gift_cards import Batch


class PoolCode(NamedTuple):
    """One code, as in the merchant's list; `line` is its line there."""

    line: int
    code: str
    currency: str
    amount: Decimal
    expires_date: date | None


class SpareCodes(NamedTuple):
    """The number of codes of one amount that are left."""

    currency: str
    amount: Decimal
    code_count: int


def add_pool_codes(
    connection: psycopg.Connection, codes: Sequence[PoolCode], now: datetime
) -> list[int]:
    """Add codes to the pool, in one statement.

    Returns:
        The lines of codes that were skipped, because the pool or a gift card already has them.
    """
    lines, texts, currencies, amounts, dates = map(list, zip(*codes, strict=True))
    known = execute(
        connection,
        "add_pool_codes",
        lines=lines,
        codes=texts,
        currencies=currencies,
        amounts=amounts,
        expires_dates=dates,
        now=now,
    )
    return [row.line for row in known]


def count_pool_codes(connection: psycopg.Connection, day: date) -> list[SpareCodes]:
    """Return the number of codes left that are valid on the local date `day`, by amount."""
    rows = class_row(SpareCodes)
    return execute(connection, "count_pool_codes", rows=rows, day=day).fetchall()


def issue_cards_from_pool(
    connection: psycopg.Connection,
    batch: Batch,
    *,
    expires_date: date,
    least_expires_date: date,
    now: datetime,
) -> int:
    """Give planned cards the merchant's codes, as long as any are left; return how many got one.

    Args:
        connection: an open connection.
        batch: which cards.
        expires_date: the last local date of codes for which the merchant gave none.
        least_expires_date: codes that expire before this local date are not used.
        now: the current time.
    """
    issued = execute(
        connection,
        "issue_cards_from_pool",
        source=batch.source,
        run=batch.run,
        expires_date=expires_date,
        least_expires_date=least_expires_date,
        now=now,
    )
    return issued.rowcount


def list_waiting_runs(connection: psycopg.Connection) -> list[str]:
    """Return approved runs with cards that wait for the merchant's codes; clear a run to issue."""
    return [row.run for row in execute(connection, "list_waiting_runs")]
