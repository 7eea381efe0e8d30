"""Calendar quarters, written as `2026Q3`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from retention.rewards import RewardsError

PATTERN = r"^[0-9]{4}Q[1-4]$"
MONTHS = 3


class QuarterError(RewardsError):
    """The text is not a quarter, or the quarter is not over."""


@dataclass(frozen=True, order=True)
class Quarter:
    """One quarter of the shop's calendar; `number` is 1 to 4."""

    year: int
    number: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Read `2026Q3`.

        Raises:
            QuarterError: the text is not a quarter.
        """
        if not re.match(PATTERN, text):
            message = f"'{text}' is not a quarter; write it as 2026Q3"
            raise QuarterError(message)
        return cls(int(text[:4]), int(text[-1]))

    @classmethod
    def closed_on(cls, day: date) -> Self:
        """Return the latest quarter that was over when local date `day` began."""
        number = (day.month - 1) // MONTHS
        return cls(day.year, number) if number else cls(day.year - 1, 4)

    @property
    def close_date(self) -> date:
        """The first local date after the quarter, whose spend is frozen as known at 00:00 then."""
        if self.number == 4:  # noqa: PLR2004 - the last of a year
            return date(self.year + 1, 1, 1)
        return date(self.year, self.number * MONTHS + 1, 1)

    def require_closed(self, today: date) -> None:
        """Check that the quarter is over on local date `today`.

        Raises:
            QuarterError: the quarter is not over; the message says when it will be.
        """
        if self.close_date > today:
            message = f"{self} is not over: it can be rewarded from {self.close_date}"
            raise QuarterError(message)

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"
