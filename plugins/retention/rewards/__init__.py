"""Quarterly rewards as an accounting run: freeze, grade, check, decide, issue.

`docs/rewards.md` describes the whole process for the accountant who signs.

Times are aware datetimes; `now` is the current time, passed in by the caller. A quarter is written
as `2026Q3`. Unless stated otherwise, a connection commits each statement by itself.
"""


class RewardsError(RuntimeError):
    """The request cannot be fulfilled; the message says why and what a person can do."""
