"""A quarter's rewards through Airflow's own API: approved, rejected, and nobody answering.

The tests tell one story and run in order.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from demo.airflow_api import AirflowError
from retention.rewards.quarters import Quarter

if TYPE_CHECKING:
    from datetime import date

    from tests.acceptance.conftest import House

DAG = "grant_quarterly_rewards"
SECONDS = 300


@pytest.fixture(scope="module")
def quarters(today: date) -> list[Quarter]:
    """The latest three quarters that are over, the latest first."""
    latest = [Quarter.closed_on(today)]
    for _ in range(2):
        latest.append(Quarter.closed_on(latest[-1].close_date - timedelta(days=1)))
    return latest


@pytest.fixture(scope="module")
def approved(house: House, quarters: list[Quarter]) -> str:
    """The run of the latest quarter, which a person has said yes to."""
    run_id = _ask(house, quarters[0])
    house.airflow.answer(DAG, run_id, "approve", "Approve", reason="looks right")
    _wait(house, run_id)
    return run_id


def _trigger(house: House, quarter: Quarter) -> str:
    house.airflow.wait_for_dag(DAG)
    run_id = house.airflow.trigger(DAG, quarter=str(quarter))
    house.airflow.unpause(DAG)
    return run_id


def _ask(house: House, quarter: Quarter) -> str:
    run_id = _trigger(house, quarter)
    house.airflow.question(DAG, run_id, "approve", SECONDS)
    return run_id


def _wait(house: House, run_id: str) -> str:
    return house.airflow.wait(DAG, run_id, lambda _: None, SECONDS)


def _task_states(house: House, run_id: str) -> dict[str, str]:
    return {task["task_id"]: task["state"] for task in house.airflow.tasks(DAG, run_id)}


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


def test_nobody_answers_and_nothing_is_issued_and_the_run_says_so(
    house: House, quarters: list[Quarter]
) -> None:
    run_id = _ask(house, quarters[2])
    assert _wait(house, run_id) == "failed"
    states = _task_states(house, run_id)
    assert (states["approve"], states["issue"], states["close"]) == ("success", "skipped", "failed")
    _, state, by, reason = _run(house, quarters[2])
    assert (state, by) == ("expired", "nobody")
    assert reason == "nobody answered within 0.001 days"
    assert _cards(house, quarters[2]) == (0, 0)
    assert "nothing was issued" in house.airflow.failures(DAG, run_id)


def test_a_person_says_no_and_the_run_ends_well_with_nothing_issued(
    house: House, quarters: list[Quarter]
) -> None:
    run_id = _ask(house, quarters[1])
    house.airflow.answer(DAG, run_id, "approve", "Reject", reason="tiers of the wrong year")
    assert _wait(house, run_id) == "success"
    states = _task_states(house, run_id)
    assert (states["issue"], states["close"]) == ("skipped", "success")
    _, state, by, reason = _run(house, quarters[1])
    assert (state, reason) == ("rejected", "tiers of the wrong year")
    assert by
    assert by != "nobody"
    assert _cards(house, quarters[1]) == (0, 0)


def test_a_person_is_asked_with_totals_and_the_largest_before_anything_is_issued(
    house: House, quarters: list[Quarter]
) -> None:
    run_id = _trigger(house, quarters[0])
    asked = house.airflow.question(DAG, run_id, "approve", SECONDS)
    count, worth = _approved(house, quarters[0])
    assert asked["subject"] == f"Rewards {quarters[0]}: {count} gift cards, {worth} EUR"
    for part in ("| spent over |", "| largest: customer |", "**Unusual**", str(quarters[1])):
        assert part in asked["body"]
    assert "@" not in asked["body"]
    assert _cards(house, quarters[0]) == (0, 0)
    house.airflow.answer(DAG, run_id, "approve", "Reject")
    with pytest.raises(AirflowError, match="refused the answer"):
        house.airflow.answer(DAG, run_id, "approve", "Approve")
    assert _wait(house, run_id) == "success"


def test_a_person_says_yes_and_the_approved_cards_are_issued(
    house: House, quarters: list[Quarter], approved: str
) -> None:
    assert set(_task_states(house, approved).values()) == {"success"}
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
    house.airflow.clear(DAG, approved)
    assert _wait(house, approved) == "success"
    again = _trigger(house, quarters[0])
    assert _wait(house, again) == "success"
    assert _task_states(house, again)["approve"] == "skipped"
    assert _cards(house, quarters[0]) == before


def test_a_quarter_that_is_not_over_is_refused_before_anything_is_built(
    house: House, today: date
) -> None:
    run_id = _trigger(house, Quarter(today.year, (today.month + 2) // 3))
    assert _wait(house, run_id) == "failed"
    assert _task_states(house, run_id)["grades.dbt_producer_watcher"] == "upstream_failed"


@pytest.mark.usefixtures("approved")
def test_the_night_after_mails_each_code_once_and_the_ledger_forgets_it(
    house: House, today: date
) -> None:
    # The night of tomorrow would know the cards: they are a day older than they are.
    house.connection.execute(
        "update ledger.gift_cards set planned_at = planned_at - interval '1 day',"
        " issued_at = issued_at - interval '1 day'"
    )
    codes = {code for (code,) in house.rows("select code_plain from ledger.gift_cards")}
    night = house.play_night(today)
    assert night.outcomes("quarterly_reward") == {"send"}
    decided = [row for row in night.decisions if row[0] == "quarterly_reward"]
    assert not any(code in str(decided) for code in codes)
    mailed = [
        personalization["dynamic_template_data"]["gift_card_code"]
        for request in house.mail_requests()
        if request["categories"] == ["quarterly_reward"]
        for personalization in request["personalizations"]
    ]
    assert sorted(mailed) == sorted(codes)
    states = house.rows("select distinct state, code_plain from ledger.gift_cards")
    assert states == [("delivered", None)]
    for file in house.stack.directory.rglob("*.log"):
        text = file.read_text(errors="replace")
        assert not any(code in text for code in codes), file
