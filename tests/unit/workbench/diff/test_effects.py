"""Effects of an edited campaign on others, in words."""

from __future__ import annotations

from retention.workbench.diff.effects import Move, Outcome, effect_on_others, outcomes

MOVES = (
    Move("newsletter", "send", "outranked", 4, yielding=3),
    Move("newsletter", "outranked", "send", 2, yielding=0),
    Move("newsletter", "send", "send", 10, yielding=0),
    Move("sunset", "holdout", "holdout", 1, yielding=0),
    Move("welcome", "send", None, 5, yielding=0),
    Move("winback", None, "send", 7, yielding=0),
)


def test_candidates_outranked_by_the_edited_campaign_are_counted_separately() -> None:
    told = effect_on_others(MOVES, "winback")
    assert told["newsletter"] == "3 now outranked by this; 1 send → outranked; 2 freed"


def test_only_other_campaigns_with_changed_decisions_are_named() -> None:
    assert effect_on_others(MOVES, "winback") == {
        "newsletter": "3 now outranked by this; 1 send → outranked; 2 freed",
        "welcome": "5 send → no candidate",
    }


def test_outcomes_are_counted_where_their_number_changes() -> None:
    assert outcomes(MOVES) == (
        Outcome("newsletter", "outranked", 2, 4),
        Outcome("newsletter", "send", 14, 12),
        Outcome("welcome", "send", 5, 0),
        Outcome("winback", "send", 0, 7),
    )
