from __future__ import annotations

from datetime import date

import pytest

from retention.rewards.quarters import Quarter, QuarterError


@pytest.mark.parametrize(
    ("day", "quarter", "close"),
    [
        (date(2026, 10, 1), "2026Q3", date(2026, 10, 1)),
        (date(2026, 9, 30), "2026Q2", date(2026, 7, 1)),
        (date(2026, 12, 31), "2026Q3", date(2026, 10, 1)),
        (date(2027, 1, 1), "2026Q4", date(2027, 1, 1)),
        (date(2027, 3, 31), "2026Q4", date(2027, 1, 1)),
    ],
)
def test_a_day_finds_the_latest_quarter_that_is_over(day: date, quarter: str, close: date) -> None:
    found = Quarter.closed_on(day)
    assert str(found) == quarter
    assert found == Quarter.read(quarter)
    assert found.close_date == close


@pytest.mark.parametrize("text", ["2026Q5", "2026q3", "Q3 2026", "2026Q3 ", "", "26Q3"])
def test_an_invalid_quarter_is_refused_with_the_right_format(text: str) -> None:
    with pytest.raises(QuarterError, match="write it as 2026Q3"):
        Quarter.read(text)


def test_a_quarter_that_is_not_over_is_refused_with_the_date_of_its_close() -> None:
    quarter = Quarter.read("2026Q3")
    quarter.require_closed(date(2026, 10, 1))
    with pytest.raises(QuarterError, match=r"2026Q3 is not over: .* from 2026-10-01$"):
        quarter.require_closed(date(2026, 9, 30))
