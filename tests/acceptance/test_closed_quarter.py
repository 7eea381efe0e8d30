"""A quarter's rewards through Airflow's own API: no answer, a refusal, an approval, and a repeat.

The tests tell one story and run in order. The nights that mail the cards come after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from demo.airflow_api import AirflowError
from retention.rewards.quarters import Quarter
from tests.acceptance.conftest import REWARDS

if TYPE_CHECKING:
    from datetime import date

    from tests.acceptance.conftest import House


def _run(house: House, quarter: Quarter) -> tuple[Any, ...]:
    (run,) = house.rows(
        "select run, state, decided_by, decision_reason from ledger.reward_runs"
        " where quarter = %s order by attempt desc limit 1",
        str(quarter),
    )
    return run


def _cards(house: House, quarter: Quarter) -> tuple[Any, ...]:
    (cards,) = house.rows(
        "select count(*), coalesce(sum(amount), 0) from ledger.gift_cards where occasion = %s",
        str(quarter),
    )
    return cards


def _approved(house: House, quarter: Quarter) -> tuple[Any, ...]:
    (totals,) = house.rows(
        "select sum(card_count), sum(card_count * amount) from ledger.reward_totals"
        " inner join ledger.reward_runs using (run) where quarter = %s",
        str(quarter),
    )
    return totals


def test_without_an_answer_nothing_is_issued_and_the_run_says_so(
    house: House, quarters: list[Quarter]
) -> None:
    run_id = house.close_quarter(quarters[1])
    assert house.end_of_quarter(run_id) == "failed"
    states = house.quarter_tasks(run_id)
    assert (states["approve"], states["issue"], states["close"]) == ("success", "skipped", "failed")
    _, state, by, reason = _run(house, quarters[1])
    assert (state, by) == ("expired", "nobody")
    assert reason == "nobody answered within 0.001 days"
    assert _cards(house, quarters[1]) == (0, 0)
    assert "nothing was issued" in house.airflow.failures(REWARDS, run_id)


def test_a_person_is_asked_with_totals_and_the_largest_and_a_no_issues_nothing(
    house: House, quarters: list[Quarter]
) -> None:
    run_id = house.close_quarter(quarters[0])
    asked = house.airflow.question(REWARDS, run_id, "approve")
    count, worth = _approved(house, quarters[0])
    assert asked["subject"] == f"Rewards {quarters[0]}: {count} gift cards, {worth} EUR"
    for part in ("| spent over |", "| largest: customer |", "**Unusual**", str(quarters[1])):
        assert part in asked["body"]
    assert "@" not in asked["body"]
    reason = "tiers of the wrong year"
    house.airflow.answer(REWARDS, run_id, "approve", "Reject", reason=reason)
    with pytest.raises(AirflowError, match="refused the answer"):
        house.airflow.answer(REWARDS, run_id, "approve", "Approve")
    assert house.end_of_quarter(run_id) == "success"
    states = house.quarter_tasks(run_id)
    assert (states["issue"], states["close"]) == ("skipped", "success")
    _, state, by, said = _run(house, quarters[0])
    assert (state, said) == ("rejected", reason)
    assert by
    assert by != "nobody"
    assert _cards(house, quarters[0]) == (0, 0)


def test_a_person_says_yes_and_the_approved_cards_are_issued(
    house: House, quarters: list[Quarter], approved: str
) -> None:
    assert set(house.quarter_tasks(approved).values()) == {"success"}
    count, worth = _cards(house, quarters[0])
    assert count > 5
    assert _run(house, quarters[0])[:2] == (f"{quarters[0]}-2", "issued")
    assert house.rows(
        "select sum(card_count), sum(card_count * amount) from ledger.reward_totals where run = %s",
        f"{quarters[0]}-2",
    ) == [(count, worth)]


def test_the_cleared_run_and_another_of_the_quarter_issue_nothing_more(
    house: House, quarters: list[Quarter], approved: str
) -> None:
    before = _cards(house, quarters[0])
    house.airflow.clear(REWARDS, approved)
    assert house.end_of_quarter(approved) == "success"
    again = house.close_quarter(quarters[0])
    assert house.end_of_quarter(again) == "success"
    assert house.quarter_tasks(again)["approve"] == "skipped"
    assert _cards(house, quarters[0]) == before


def test_a_quarter_that_is_not_over_is_refused_before_anything_is_built(
    house: House, today: date
) -> None:
    run_id = house.close_quarter(Quarter(today.year, (today.month + 2) // 3))
    assert house.end_of_quarter(run_id) == "failed"
    assert house.quarter_tasks(run_id)["grades.dbt_producer_watcher"] == "upstream_failed"
