"""The tiers of rewards and of the loyalty programme, as the shop's staff writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from retention.project.seeds import loyalty_tiers, reward_tiers
from retention.project.seeds.rows import SeedError, read_seed
from retention.project.shop import project_directory

if TYPE_CHECKING:
    from pathlib import Path

REWARDS = "currency,threshold,amount,valid_from,valid_to"
LOYALTY = "tier,minimum_spend,minimum_orders"

# By mistake: the rows, and the text of the one reported fault, beginning with its line.
WRONG_REWARDS = {
    "forgot to end the old row": (
        ["EUR,500.00,15.00,2025-01-01,", "EUR,500.00,20.00,2026-01-01,"],
        "line 3: valid_from: over 500.00 line 2 is still valid then",
    ),
    "ended it one day late": (
        ["EUR,500.00,15.00,2025-01-01,2026-01-01", "EUR,500.00,20.00,2026-01-01,"],
        "line 3: valid_from: over 500.00 line 2 is still valid then",
    ),
    "ended it one day early": (
        ["EUR,500.00,15.00,2025-01-01,2025-12-30", "EUR,500.00,20.00,2026-01-01,"],
        "line 3: valid_from: nothing is valid over 500.00 from the day after line 2 ends",
    ),
    "made more spend worth as little": (
        ["EUR,500.00,15.00,2025-01-01,", "EUR,750.00,15.00,2025-01-01,"],
        "line 3: amount: 15.00 is not more than the 15.00 of the lower threshold on line 2",
    ),
}
RIGHT_REWARDS = {
    "a change from one day to the next": [
        "EUR,500.00,15.00,2025-01-01,2025-12-31",
        "EUR,500.00,20.00,2026-01-01,",
    ],
    "currencies side by side": ["EUR,500.00,15.00,2025-01-01,", "SEK,5000.00,15.00,2025-01-01,"],
    "a higher tier that was worth less, in other years": [
        "EUR,500.00,30.00,2026-01-01,",
        "EUR,750.00,20.00,2025-01-01,2025-12-31",
    ],
}
WRONG_ROWS = {
    "EUR,500.005,15.00,2025-01-01,": "threshold",
    "EUR,500.00,0.00,2025-01-01,": "amount",
    "EUR,500.00,15.00,2026-01-01,2025-12-31": "swap them?",
    "eur,500.00,15.00,2025-01-01,": "currency",
    "EUR,500.00,15.00,,": "valid_from",
}
WRONG_LOYALTY = {
    "wrote the tiers from the highest": (
        ["gold,900.00,5", "silver,300.00,5"],
        "line 3: minimum_spend",
    ),
    "asked two for the same spend": (["silver,300.00,2", "gold,300.00,5"], "line 3: minimum_spend"),
    "asked a higher one for fewer orders": (
        ["silver,300.00,5", "gold,900.00,4"],
        "line 3: minimum_orders: 4 is fewer than on line 2",
    ),
}


def test_the_shops_own_tiers_are_right() -> None:
    project = project_directory()
    rewards = read_seed(project, reward_tiers.SEED)
    assert list(reward_tiers.faults_between(rewards)) == []
    assert list(loyalty_tiers.faults_between(read_seed(project, loyalty_tiers.SEED))) == []


@pytest.mark.parametrize("deed", WRONG_REWARDS)
def test_a_reward_that_clashes_with_another_is_reported_with_its_line(
    deed: str, tmp_path: Path
) -> None:
    rows, words = WRONG_REWARDS[deed]
    _write(tmp_path, "reward_tiers", REWARDS, *rows)
    (fault,) = reward_tiers.faults_between(read_seed(tmp_path, reward_tiers.SEED))
    assert fault.startswith(f"seeds/reward_tiers.csv, {words}")


@pytest.mark.parametrize("case", RIGHT_REWARDS)
def test_rewards_that_do_not_clash_are_accepted(case: str, tmp_path: Path) -> None:
    _write(tmp_path, "reward_tiers", REWARDS, *RIGHT_REWARDS[case])
    assert list(reward_tiers.faults_between(read_seed(tmp_path, reward_tiers.SEED))) == []


@pytest.mark.parametrize("row", WRONG_ROWS)
def test_an_invalid_reward_is_refused_with_its_line(row: str, tmp_path: Path) -> None:
    _write(tmp_path, "reward_tiers", REWARDS, row)
    with pytest.raises(SeedError, match=f"reward_tiers.csv, line 2: .*{WRONG_ROWS[row]}"):
        read_seed(tmp_path, reward_tiers.SEED)


@pytest.mark.parametrize("deed", WRONG_LOYALTY)
def test_a_higher_tier_needs_more(deed: str, tmp_path: Path) -> None:
    rows, words = WRONG_LOYALTY[deed]
    _write(tmp_path, "loyalty_tiers", LOYALTY, *rows)
    (fault,) = loyalty_tiers.faults_between(read_seed(tmp_path, loyalty_tiers.SEED))
    assert fault.startswith(f"seeds/loyalty_tiers.csv, {words}")


def _write(project: Path, name: str, *lines: str) -> None:
    (project / "seeds").mkdir()
    (project / "seeds" / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
