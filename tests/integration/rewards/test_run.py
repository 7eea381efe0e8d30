"""The tasks of the DAG, on a real ledger and with real expectations."""

from __future__ import annotations

import shutil
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from retention.jobs.grant_quarterly_rewards import (
    AnotherRunError,
    NobodyAnsweredError,
    NoRunError,
    UndecidedError,
    check_quarter,
    close_run,
    freeze_quarter,
    grade_quarter,
    issue_cards,
    require_closed,
)
from retention.ledger.reward_runs import find_run
from retention.project.shop import project_directory
from retention.rewards.decision import SELF_APPROVED, approves_itself
from retention.rewards.issue import NotApprovedError
from retention.rewards.plausibility import ImplausibleRewardsError
from retention.rewards.quarters import QuarterError
from retention.rewards.summary import summarize
from tests.integration.rewards.quarter import (
    CARDS,
    CLOSE,
    CUSTOMERS,
    NOW,
    WORTH,
    cards,
    fill_grades,
    grade_of,
    graded_run,
    number_and_sum,
)
from tests.shops import shop_that

if TYPE_CHECKING:
    from pathlib import Path

    import psycopg

KAISA = {"id": "7", "name": "Kaisa"}
YES = {"chosen_options": ["Approve"], "params_input": {}, "responded_by_user": KAISA}
WHY_NOT = {"reason": " tiers of the wrong year "}
NO = {"chosen_options": ["Reject"], "params_input": WHY_NOT, "responded_by_user": KAISA}
NOBODY = {"chosen_options": ["Reject"], "params_input": None, "responded_by_user": None}
EARLIER = ("2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2")


@pytest.fixture(autouse=True)
def _docs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PALUU_DATA_DOCS_DIR", str(tmp_path))


def _ask() -> dict[str, Any]:
    """Freeze, grade and check the quarter."""
    freeze_quarter("2026Q3", NOW)
    grade_quarter("2026Q3", NOW)
    return check_quarter("2026Q3", NOW)


def test_a_quarter_that_is_not_over_is_refused_before_anything_is_built() -> None:
    require_closed("2026Q3", NOW)
    with pytest.raises(QuarterError, match="2026Q4 is not over"):
        require_closed("2026Q4", NOW)


@pytest.mark.usefixtures("ledger")
def test_a_person_is_shown_totals_tiers_the_largest_and_what_is_unusual() -> None:
    asked = _ask()
    assert asked["subject"] == "Rewards 2026Q3: 5 gift cards, 125.00 EUR"
    assert asked["needs_answer"]
    for line in (
        "| 500.00 EUR | 15.00 EUR | 3 | 45.00 EUR |",
        "| 1000.00 EUR | 50.00 EUR | 1 | 50.00 EUR |",
        "| all |  | 5 | 125.00 EUR |",
        "| **2026Q3** | 13 | 5 | 125.00 EUR |  |",
        "| `clara` | 1200.00 EUR | 50.00 EUR |",
        "- There is no complete earlier quarter to compare with.",
        "- Excluded although over a threshold: 1 (test account).",
    ):
        assert f"{line}\n" in asked["body"]
    assert "If nobody answers until 2026-10-15, nothing is issued" in asked["body"]
    assert "@" not in asked["body"]


def test_the_change_is_against_the_quarter_before(ledger: psycopg.Connection) -> None:
    for quarter in EARLIER:
        fill_grades(ledger, CUSTOMERS, quarter)
    fill_grades(ledger, [*CUSTOMERS, grade_of("hanna", "800")], "2026Q2")
    body = _ask()["body"]
    assert "| 2026Q2 | 14 | 6 | 155.00 EUR |  |" in body
    assert "| **2026Q3** | 13 | 5 | 125.00 EUR | -19.4 % |" in body


def _doubled(connection: psycopg.Connection) -> None:
    over = [grade_of(f"c{number}", "1200") for number in range(5)]
    fill_grades(connection, [*CUSTOMERS[-8:], *over])


def _nearly_everybody(connection: psycopg.Connection) -> None:
    fill_grades(connection, [*CUSTOMERS, *(grade_of(f"c{n}", "600") for n in range(9))])


def _excluded_since(connection: psycopg.Connection) -> None:
    connection.execute(
        "insert into rewards_intermediate.int_excluded_customers values ('anna', 'staff')"
    )


def _empty(connection: psycopg.Connection) -> None:
    fill_grades(connection, [])


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (_doubled, "The total value of all cards is between half and double"),
        (_nearly_everybody, "At most three customers out of five"),
        (_excluded_since, "No test or staff account"),
        (_empty, "Somebody bought in the quarter"),
    ],
)
def test_an_implausible_quarter_is_rejected_without_asking(
    ledger: psycopg.Connection, spoil: Any, complaint: str
) -> None:
    for quarter in EARLIER:
        fill_grades(ledger, CUSTOMERS, quarter)
    spoil(ledger)
    with pytest.raises(ImplausibleRewardsError, match=f"rejected, nothing was.*(?s:.*){complaint}"):
        _ask()
    run = find_run(ledger, "2026Q3")
    assert (run.state, run.decided_by) == ("rejected", "rule: expectations")
    assert complaint in run.decision_reason
    with pytest.raises(NotApprovedError):
        issue_cards("2026Q3-1", YES, NOW)
    assert cards(ledger) == []


def test_unusual_but_possible_grades_are_shown_and_recorded(ledger: psycopg.Connection) -> None:
    for quarter in EARLIER:
        fill_grades(
            ledger, [*CUSTOMERS, grade_of("hanna", "1200"), grade_of("ida", "1200")], quarter
        )
    body = _ask()["body"]
    assert "- The total value of all cards is within a third of what it was" in body
    assert len(find_run(ledger, "2026Q3").unusual) == 1


def test_an_approval_issues_and_records_the_person(ledger: psycopg.Connection) -> None:
    _ask()
    assert issue_cards("2026Q3-1", YES, NOW) == CARDS
    assert close_run("2026Q3-1", YES, NOW) == "issued"
    assert number_and_sum(ledger) == (CARDS, WORTH)
    assert find_run(ledger, "2026Q3").decided_by == "Kaisa"


def test_a_rejection_ends_the_run_and_issues_nothing(ledger: psycopg.Connection) -> None:
    _ask()
    assert close_run("2026Q3-1", NO, NOW) == "rejected"
    run = find_run(ledger, "2026Q3")
    assert (run.decided_by, run.decision_reason) == ("Kaisa", "tiers of the wrong year")
    with pytest.raises(NotApprovedError):
        issue_cards("2026Q3-1", YES, NOW)
    assert cards(ledger) == []


def test_a_timeout_fails_the_run_and_issues_nothing(
    ledger: psycopg.Connection,
) -> None:
    _ask()
    with pytest.raises(NobodyAnsweredError, match="nobody answered within 14 days; nothing was"):
        close_run("2026Q3-1", NOBODY, NOW)
    assert find_run(ledger, "2026Q3").state == "expired"
    assert cards(ledger) == []


@pytest.mark.parametrize("answer", [None, NO, NOBODY])
def test_only_a_persons_approval_issues(
    ledger: psycopg.Connection, answer: dict[str, Any] | None
) -> None:
    _ask()
    with pytest.raises(NotApprovedError):
        issue_cards("2026Q3-1", answer, NOW)
    assert cards(ledger) == []


def test_after_a_rejection_the_fixed_quarter_is_a_second_attempt(
    ledger: psycopg.Connection,
) -> None:
    _ask()
    close_run("2026Q3-1", NO, NOW)
    fill_grades(ledger, CUSTOMERS[:-1])
    assert "attempt no. 2" in _ask()["body"]
    with pytest.raises(AnotherRunError, match="2026Q3-2 has replaced it"):
        issue_cards("2026Q3-1", YES, NOW)
    issue_cards("2026Q3-2", YES, NOW)
    assert find_run(ledger, "2026Q3").run == "2026Q3-2"
    assert number_and_sum(ledger) == (CARDS, WORTH)


def test_repeating_a_whole_run_asks_nobody_and_issues_nothing(ledger: psycopg.Connection) -> None:
    _ask()
    issue_cards("2026Q3-1", YES, NOW)
    assert not _ask()["needs_answer"]
    assert issue_cards("2026Q3-1", None, NOW) == 0
    assert close_run("2026Q3-1", None, NOW) == "issued"
    assert number_and_sum(ledger) == (CARDS, WORTH)


def test_a_run_that_ends_without_a_decision_fails(ledger: psycopg.Connection) -> None:
    _ask()
    with pytest.raises(UndecidedError, match="still graded, nothing was issued"):
        close_run("2026Q3-1", None, NOW)
    assert cards(ledger) == []


def test_a_quarter_without_a_run_says_what_to_do(
    ledger: psycopg.Connection,  # noqa: ARG001 - the empty ledger
) -> None:
    with pytest.raises(NoRunError, match="trigger grant_quarterly_rewards"):
        grade_quarter("2026Q1", NOW)


class TestSelfApproval:
    """Only a small, prompt, first and ordinary run needs no approval."""

    SMALL = shop_that(rewards_self_approve_below="125.01")

    @pytest.fixture(autouse=True)
    def ordinary(self, ledger: psycopg.Connection) -> None:
        fill_grades(ledger, CUSTOMERS[:-1])

    def _approves_itself(self, connection: psycopg.Connection, **changes: Any) -> bool:
        shop = changes.get("shop", self.SMALL)
        summary = summarize(connection, graded_run(connection))
        return approves_itself(summary, shop, changes.get("now", NOW))

    def test_below_the_bound_it_does(self, ledger: psycopg.Connection) -> None:
        assert self._approves_itself(ledger)

    def test_at_the_bound_it_does_not(self, ledger: psycopg.Connection) -> None:
        shop = shop_that(rewards_self_approve_below="125.00")
        assert not self._approves_itself(ledger, shop=shop)

    def test_unless_the_shop_says_so_it_does_not(self, ledger: psycopg.Connection) -> None:
        assert not self._approves_itself(ledger, shop=shop_that())

    def test_a_week_after_the_close_it_does_not(self, ledger: psycopg.Connection) -> None:
        week = self.SMALL.midnight(CLOSE) + timedelta(days=7)
        assert self._approves_itself(ledger, now=week)
        assert not self._approves_itself(ledger, now=week + timedelta(seconds=1))

    def test_in_another_currency_it_does_not(self, ledger: psycopg.Connection) -> None:
        crowns = {"currency": "SEK", "tier_threshold": Decimal(50), "amount": Decimal(1)}
        fill_grades(ledger, [grade_of("sven", "60", **crowns)])
        assert not self._approves_itself(ledger)

    def test_with_an_excluded_customer_it_does_not(self, ledger: psycopg.Connection) -> None:
        fill_grades(ledger, CUSTOMERS)
        assert not self._approves_itself(ledger)

    def test_as_a_second_attempt_it_does_not(self, ledger: psycopg.Connection) -> None:
        _ask()
        close_run("2026Q3-1", NO, NOW)
        assert not self._approves_itself(ledger)

    def test_the_rule_is_recorded_as_the_approver(
        self, ledger: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        project = tmp_path / "project"
        shutil.copytree(project_directory() / "expectations", project / "expectations")
        settings = (project_directory() / "dbt_project.yml").read_text()
        small = settings.replace("self_approve_below: 0 ", "self_approve_below: 125.01 ")
        (project / "dbt_project.yml").write_text(small)
        monkeypatch.setenv("DBT_PROJECT_DIR", str(project))
        assert not _ask()["needs_answer"]
        assert issue_cards("2026Q3-1", None, NOW) == CARDS
        assert find_run(ledger, "2026Q3").decided_by == SELF_APPROVED
