"""Quarterly rewards as an accounting run: freeze, grade, check, decide, issue.

`docs/rewards.md` tells the whole of it, for the accountant who signs.
"""


class RewardsError(RuntimeError):
    """What was asked for cannot be done; the message says why, to the person who can mend it."""
