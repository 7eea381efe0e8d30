"""The nights on which signals are scored, and a caveat about the data."""

from __future__ import annotations

from datetime import date, timedelta

NIGHT = date(2017, 11, 6)
DUE_DAYS = [date(2017, 7, 3) + timedelta(days=4 * step) for step in range(7)]
CAVEAT = (
    "The Complete Journey: 2,469 households, real purchases re-dated to 2017 by their publisher,"
    " whose page calls them simulated; histories begin in the middle."
)
