"""Connections that die before a statement of our choice, and a process to be killed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import psycopg

from retention.database import connect
from retention.ledger.reward_runs import find_run
from retention.rewards.issue import issue_run
from tests.integration.rewards.quarter import NOW
from tests.shops import shop_that

if TYPE_CHECKING:
    from collections.abc import Iterator


class KilledError(BaseException):
    """Represents the end of the process."""


def connect_until(statement: int) -> psycopg.Connection:
    """Return a connection that dies before it runs its `statement`-th statement, from 1."""
    connection = connect()
    left = iter(range(statement - 1))
    connection.cursor_factory = _dying_cursor(left)
    return connection


def _dying_cursor(left: Iterator[int]) -> type[psycopg.Cursor[Any]]:
    class DyingCursor(psycopg.Cursor[Any]):
        def execute(self, *arguments: Any, **options: Any) -> DyingCursor:
            if next(left, None) is None:
                raise KilledError
            return super().execute(*arguments, **options)

    return DyingCursor


if __name__ == "__main__":
    with connect(sys.argv[1]) as mine:
        issue_run(mine, find_run(mine, "2026Q3"), shop_that(), NOW)
