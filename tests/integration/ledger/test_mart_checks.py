from __future__ import annotations

import statistics
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from retention.ledger.mart_checks import record_mart_check, usual_row_count
from retention.ledger.statements import LedgerConstraintError
from tests.integration.ledger.warehouse import NIGHT, NOW

if TYPE_CHECKING:
    import psycopg


def test_without_an_earlier_plausible_night_nothing_is_usual(ledger: psycopg.Connection) -> None:
    _check(ledger, 0, 100)
    _check(ledger, 1, 5, failures=["too few rows"])
    assert usual_row_count(ledger, "lifecycle", NIGHT) is None


@pytest.mark.parametrize("nights", [1, 2, 5, 6, 7, 12])
def test_the_usual_row_count_is_the_median_of_the_last_seven_passed_nights(
    ledger: psycopg.Connection, nights: int
) -> None:
    counts = [(index * 37) % 101 for index in range(nights)]
    for index, count in enumerate(counts):
        _check(ledger, 2 * index + 1, count)
        _check(ledger, 2 * index + 2, 9999, failures=["prices are zero"])
    _check(ledger, -1, 9999)
    _check(ledger, 1, 9999, mart="replenishment")
    expected = statistics.median_low(counts[:7])
    assert usual_row_count(ledger, "lifecycle", NIGHT) == expected


def test_a_repeated_check_replaces_the_earlier_one(ledger: psycopg.Connection) -> None:
    _check(ledger, 1, 0, failures=["empty"])
    _check(ledger, 1, 40)
    assert usual_row_count(ledger, "lifecycle", NIGHT) == 40


def test_a_failed_check_must_say_what_failed(ledger: psycopg.Connection) -> None:
    with pytest.raises(LedgerConstraintError, match="a_failed_check_says_what_failed"):
        record_mart_check(ledger, NIGHT, "lifecycle", bool([]), 1, [], NOW)


def _check(
    connection: psycopg.Connection,
    nights_ago: int,
    row_count: int,
    failures: tuple | list = (),
    mart: str = "lifecycle",
) -> None:
    night = NIGHT - timedelta(days=nights_ago)
    record_mart_check(connection, night, mart, not failures, row_count, failures, NOW)
