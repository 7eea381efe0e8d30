"""The results of a replay, night by night."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True)
class Purchases:
    """Purchases within the window by the customers that a night found, and by comparable ones.

    Attributes:
        customers: number of customers found.
        bought: number of these who ordered anything.
        compared: number of these who have comparable customers that were not found ...
        compared_bought: ... and of those who also ordered anything.
        expected_bought: expected buyers among the compared, at the rate of comparable customers.
        typed: number of the compared who have product types in their evidence ...
        typed_bought: ... and of those who also ordered one of these types.
        expected_typed: expected buyers of these types, at the rate of comparable customers.
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
        candidates: number of candidates.
        new_occasions: number of candidates that no earlier replayed night had found.
        outcomes: number of decisions by outcome.
        overlaps: number of these customers that another campaign found too, by campaign.
        is_over: whether the window has ended, so that all its purchases are known.
        purchases: known purchases within the window.
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
        window_days: days from 00:00 of a night in which purchases count.
        nights: the nights, in order.
        sent_messages: number of messages that the campaign really planned in that time.
        is_fitted: whether the campaign reads models that were fitted on later purchases too.
        seconds: duration of the replay.
    """

    campaign: str
    window_days: int
    nights: tuple[ReplayedNight, ...]
    sent_messages: int
    is_fitted: bool
    seconds: float

    @property
    def candidates(self) -> int:
        """Number of candidates, counted once per night."""
        return sum(night.candidates for night in self.nights)

    @property
    def occasions(self) -> int:
        """Number of different occasions."""
        return sum(night.new_occasions for night in self.nights)

    @property
    def outcomes(self) -> dict[str, int]:
        """Number of decisions on all nights by outcome, the most frequent first."""
        return _summed([night.outcomes for night in self.nights])

    @property
    def overlaps(self) -> dict[str, int]:
        """Number of customers that other campaigns found on the same night, the most first."""
        return _summed([night.overlaps for night in self.nights])

    @property
    def finished(self) -> list[Purchases]:
        """The purchases of the nights whose window has ended."""
        return [night.purchases for night in self.nights if night.is_over]


def _summed(counted: list[dict[str, int]]) -> dict[str, int]:
    names = {name for counts in counted for name in counts}
    sums = {name: sum(counts.get(name, 0) for counts in counted) for name in names}
    return dict(sorted(sums.items(), key=lambda each: (-each[1], each[0])))
