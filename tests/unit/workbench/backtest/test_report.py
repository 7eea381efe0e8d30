"""The report of a replay, with its warnings."""

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


def test_it_compares_purchases_with_those_of_comparable_customers() -> None:
    sentences = " ".join(describe(REPLAY).sentences)
    assert "25 % of the customers found ordered something anyway (10 of 40" in sentences
    assert "30 % of comparable customers did." in sentences
    assert "product type from the evidence: 10 %, against 5 % of comparable" in sentences


def test_only_nights_whose_window_is_over_count_and_the_others_give_a_warning() -> None:
    document = describe(replace(REPLAY, nights=(NIGHT, LATER)))
    assert "10 of 40" in " ".join(document.sentences)
    assert "Too recent: the 14 days of 1 of 2 nights" in document.warnings[0]
    assert "not over" in document.tables[0].rows[1]


def test_without_a_finished_window_no_shares_are_reported() -> None:
    sentences = " ".join(describe(replace(REPLAY, nights=(LATER,))).sentences)
    assert "purchases are unknown" in sentences
    assert "%" not in sentences


def test_it_warns_of_few_customers_real_mails_and_later_data() -> None:
    few = replace(NIGHT, purchases=replace(PURCHASES, customers=29))
    doubted = replace(REPLAY, nights=(few,), sent_messages=7, is_fitted=True)
    warnings = " ".join(describe(doubted).warnings)
    assert "Fewer than 30 customers" in warnings
    assert "really sent 7 messages" in warnings
    assert "fitted on all purchases up to now" in warnings
    assert describe(REPLAY).warnings == ()


def test_it_says_that_it_does_not_show_the_effect_of_a_mail() -> None:
    assert any("holdout measures the difference" in remark for remark in describe(REPLAY).remarks)


def test_bars_show_candidates_by_length_and_purchases_by_filling() -> None:
    half = replace(NIGHT, purchases=replace(PURCHASES, customers=20, bought=20))
    rows = describe(replace(REPLAY, nights=(NIGHT, half))).tables[0].rows
    assert [row[-1] for row in rows] == ["██████░░░░░░░░░░░░░░░░░░", "████████████"]


def test_counts_of_several_nights_are_summed_the_most_frequent_first() -> None:
    both = replace(REPLAY, nights=(NIGHT, LATER))
    assert list(both.outcomes.items()) == [("send", 60), ("capped", 20)]
    assert (both.candidates, both.occasions, both.overlaps) == (80, 45, {"newsletter": 8})
