"""What a replay's report says, and what it owns up to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from retention.workbench.backtest.report import describe
from retention.workbench.backtest.results import Backtest, Purchases, ReplayedNight

PURCHASES = Purchases(
    customers=40, bought=10, compared=40, compared_bought=10, expected_bought=12.0,
    typed=40, typed_bought=4, expected_typed=2.0,
)  # fmt: skip
NIGHT = ReplayedNight(
    night=date(2026, 10, 1),
    candidates=40,
    new_occasions=40,
    outcomes={"send": 30, "capped": 10},
    overlaps={"newsletter": 4},
    is_over=True,
    purchases=PURCHASES,
)
LATER = replace(NIGHT, night=date(2026, 10, 8), new_occasions=5, is_over=False)
REPLAY = Backtest("winback", 14, (NIGHT,), sent_messages=0, is_fitted=False, seconds=20)


def test_it_says_who_bought_anyway_and_who_of_their_like() -> None:
    told = " ".join(describe(REPLAY).sentences)
    assert "25 % of those found ordered something anyway (10 of 40" in told
    assert "of comparable customers 30 %" in told
    assert "product type that stands in the evidence: 10 %, and 5 % of comparable" in told


def test_only_nights_whose_window_is_over_count_and_the_others_are_told_of() -> None:
    document = describe(replace(REPLAY, nights=(NIGHT, LATER)))
    assert "10 of 40" in " ".join(document.sentences)
    assert "Too recent: 1 of 2 nights" in document.warnings[0]
    assert "not over" in document.tables[0].rows[1]


def test_without_any_window_over_nothing_is_claimed() -> None:
    told = " ".join(describe(replace(REPLAY, nights=(LATER,))).sentences)
    assert "who bought is not told yet" in told
    assert "%" not in told


def test_it_owns_up_to_few_customers_real_mails_and_later_knowledge() -> None:
    few = replace(NIGHT, purchases=replace(PURCHASES, customers=29))
    doubted = replace(REPLAY, nights=(few,), sent_messages=7, is_fitted=True)
    warnings = " ".join(describe(doubted).warnings)
    assert "Fewer than 30 customers" in warnings
    assert "really wrote 7 messages" in warnings
    assert "fitted on all purchases up to now" in warnings
    assert describe(REPLAY).warnings == ()


def test_it_says_that_the_effect_of_a_mail_is_not_in_it() -> None:
    assert any("holdout measures the difference" in remark for remark in describe(REPLAY).remarks)


def test_bars_are_as_long_as_the_night_found_and_filled_as_they_bought() -> None:
    half = replace(NIGHT, purchases=replace(PURCHASES, customers=20, bought=20))
    rows = describe(replace(REPLAY, nights=(NIGHT, half))).tables[0].rows
    assert [row[-1] for row in rows] == ["██████░░░░░░░░░░░░░░░░░░", "████████████"]


def test_counts_of_several_nights_are_summed_the_most_frequent_first() -> None:
    both = replace(REPLAY, nights=(NIGHT, LATER))
    assert list(both.outcomes.items()) == [("send", 60), ("capped", 20)]
    assert (both.candidates, both.occasions, both.overlaps) == (80, 45, {"newsletter": 8})
