"""What a replay has found, night by night."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True)
class Purchases:
    """Who of the customers that a night found bought within the window, and who of their like.

    Attributes:
        customers: how many were found.
        bought: of these, who ordered anything.
        compared: of these, who have comparable customers that were not found ...
        compared_bought: ... and ordered anything.
        expected_bought: so many of those compared would have, had they bought as their like did.
        typed: of those compared, who have product types in their evidence ...
        typed_bought: ... and ordered one of these types.
        expected_typed: so many of those would have, had they bought as their like did.
    """

    customers: int
    bought: int
    compared: int
    compared_bought: int
    expected_bought: float
    typed: int
    typed_bought: int
    expected_typed: float


@dataclass(frozen=True)
class ReplayedNight:
    """One night of a replay.

    Attributes:
        night: local date.
        candidates: how many the rule found.
        new_occasions: of these, those that no earlier replayed night had found.
        outcomes: what was decided, by outcome.
        overlaps: how many of the customers each other campaign found too.
        is_over: whether the window has ended, so that its purchases are all known.
        purchases: within the window, as far as they are known.
    """

    night: date
    candidates: int
    new_occasions: int
    outcomes: dict[str, int]
    overlaps: dict[str, int]
    is_over: bool
    purchases: Purchases


@dataclass(frozen=True)
class Backtest:
    """A replay.

    Attributes:
        campaign: name of its folder.
        window_days: purchases of so many days from a night's 00:00 on count.
        nights: in their order.
        sent_messages: how many messages of the campaign were really planned in that time.
        is_fitted: whether the campaign reads what was fitted on later purchases too.
        seconds: how long it took.
    """

    campaign: str
    window_days: int
    nights: tuple[ReplayedNight, ...]
    sent_messages: int
    is_fitted: bool
    seconds: float

    @property
    def candidates(self) -> int:
        """How many the rule found, counted on each night."""
        return sum(night.candidates for night in self.nights)

    @property
    def occasions(self) -> int:
        """How many different occasions the rule found."""
        return sum(night.new_occasions for night in self.nights)

    @property
    def outcomes(self) -> dict[str, int]:
        """What was decided on all nights, by outcome, the most frequent first."""
        return _summed([night.outcomes for night in self.nights])

    @property
    def overlaps(self) -> dict[str, int]:
        """How many customers each other campaign found on the same night, the most first."""
        return _summed([night.overlaps for night in self.nights])

    @property
    def finished(self) -> list[Purchases]:
        """The purchases of those nights whose window has ended."""
        return [night.purchases for night in self.nights if night.is_over]


def _summed(counted: list[dict[str, int]]) -> dict[str, int]:
    names = {name for counts in counted for name in counts}
    sums = {name: sum(counts.get(name, 0) for counts in counted) for name in names}
    return dict(sorted(sums.items(), key=lambda each: (-each[1], each[0])))
