"""The tasks of `grant_quarterly_rewards`, one function each."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from retention.database import connect
from retention.ledger import reward_runs as runs
from retention.ledger.reward_runs import Decision, RunState
from retention.project.shop import project_directory, read_shop
from retention.quality.data_docs import data_docs_directory
from retention.rewards import RewardsError, decision, freeze, issue, plausibility
from retention.rewards.quarters import Quarter
from retention.rewards.summary import describe, headline, summarize

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

    from retention.ledger.reward_runs import RewardRun

log = logging.getLogger(__name__)

EXPECTATIONS = "rule: expectations"
NOBODY = "nobody"
APPROVE = "Approve"


class NoRunError(RewardsError):
    """The quarter has no run: it was never frozen."""


class AnotherRunError(RewardsError):
    """The run that was decided on is no longer the quarter's latest run."""


class UndecidedError(RewardsError):
    """The run ended without a decision."""


class NobodyAnsweredError(RewardsError):
    """The approval timed out; nothing was issued."""


@dataclass(frozen=True)
class Answer:
    """The result of an approval: whether to pay, who decided (None: timeout), and the reason."""

    is_approved: bool
    by: str | None
    reason: str | None

    @classmethod
    def of(cls, response: dict[str, Any] | None) -> Answer | None:
        """Read the response of Airflow's ApprovalOperator; None when nobody was asked."""
        if response is None:
            return None
        person = response["responded_by_user"]
        reason = (response.get("params_input") or {}).get("reason")
        return cls(
            response["chosen_options"] == [APPROVE],
            person and (person["name"] or person["id"]),
            (reason or "").strip() or None,
        )


def require_closed(quarter: str, now: datetime) -> None:
    """Check, before anything is built, that the quarter is valid and over.

    Raises:
        QuarterError: the quarter is invalid or not over.
    """
    Quarter.read(quarter).require_closed(read_shop().local_date(now))


def freeze_quarter(quarter: str, now: datetime) -> str:
    """Freeze the quarter, or check that it still equals the frozen one; return the run's name.

    `quarter` is written as `2026Q3`; dbt has graded it as of its close.
    """
    with connect() as connection:
        return freeze.freeze(connection, Quarter.read(quarter), now).run


def grade_quarter(quarter: str, now: datetime) -> None:
    """Compute the totals of the quarter's run."""
    with connect() as connection:
        freeze.grade(connection, find(connection, quarter).run, now)


def check_quarter(quarter: str, now: datetime) -> dict[str, Any]:
    """Check the quarter's run, and return the question for the person who decides on it.

    Returns:
        `run`, `subject` and `body` (Markdown) of the question, and `needs_answer`: whether to ask.

    Raises:
        ImplausibleRewardsError: an expectation failed; the run was rejected.
    """
    shop = read_shop()
    with connect() as connection:
        run = find(connection, quarter)
        if run.state == RunState.GRADED:
            _check(connection, run, now)
            run = find(connection, quarter)
        summary = summarize(connection, run)
        needed = run.state == RunState.GRADED and not decision.approves_itself(summary, shop, now)
        until = shop.local_date(now + timedelta(days=shop.rewards.rewards_approval_days))
        body = describe(summary) + (
            "\n\n**Approve** issues these cards at once; the mails with the codes are sent on the"
            " morning after the next night. **Reject** issues nothing and ends the run. If nobody"
            f" answers until {until}, nothing is issued either."
        )
    log.info("%s", body)
    return {
        "run": run.run,
        "subject": headline(summary),
        "body": body,
        "needs_answer": needed,
    }


def issue_cards(run_name: str, response: dict[str, Any] | None, now: datetime) -> int:
    """Issue the cards of a run, if it is approved.

    Args:
        run_name: the run in question, such as `2026Q3-1`.
        response: the response of the approval, see `Answer.of`; None when nobody was asked.
        now: the current time.

    Returns:
        The number of cards that got their code in this call.
    """
    with connect() as connection:
        run = _find_latest(connection, run_name)
        if run.state == RunState.GRADED:
            _approve(connection, run, Answer.of(response), now)
        run = _find_latest(connection, run_name)
        return issue.issue_run(connection, run, read_shop(), now)


def close_run(run_name: str, response: dict[str, Any] | None, now: datetime) -> str:
    """Record a rejection or a timeout, and return the run's final state.

    Raises:
        NobodyAnsweredError: the approval timed out; this is recorded, and nothing was issued.
        UndecidedError: no answer arrived; the run still waits for a decision.
    """
    answer = Answer.of(response)
    with connect() as connection:
        run = _find_latest(connection, run_name)
        if run.state == RunState.GRADED and answer is not None and not answer.is_approved:
            _reject(connection, run, answer, now)
            run = _find_latest(connection, run_name)
        log.info("%s: %s", headline(summarize(connection, run)), run.state)
    if run.state in {RunState.FROZEN, RunState.GRADED}:
        message = f"{run.run} is still {run.state}, nothing was issued: trigger it again"
        raise UndecidedError(message)
    return run.state


def find(connection: psycopg.Connection, quarter: str) -> RewardRun:
    """Return the quarter's latest run.

    Raises:
        NoRunError: the quarter has no run.
    """
    run = runs.find_run(connection, quarter)
    if run is None:
        message = f"{quarter} was never frozen: trigger grant_quarterly_rewards for it"
        raise NoRunError(message)
    return run


def _find_latest(connection: psycopg.Connection, run_name: str) -> RewardRun:
    run = find(connection, run_name.rpartition("-")[0])
    if run.run != run_name:
        message = f"the question was about {run_name}, but {run.run} has replaced it: ask again"
        raise AnotherRunError(message)
    return run


def _check(connection: psycopg.Connection, run: RewardRun, now: datetime) -> None:
    """Record what is unusual about a run; reject it if it breaks an expectation."""
    docs = data_docs_directory() / "rewards" / run.run
    found = plausibility.check(connection, project_directory(), run.run, docs)
    if not found.failures:
        runs.note_unusual(connection, run.run, found.warnings)
        return
    reason = "; ".join(found.failures)
    rejection = Decision(RunState.REJECTED, EXPECTATIONS, reason)
    decision.reject(connection, run, rejection, now)
    message = (
        f"{run.run} is rejected, nothing was issued: fix the data, the tiers or the suite, and"
        f" trigger {run.quarter} again:\n- " + "\n- ".join(found.failures)
    )
    raise plausibility.ImplausibleRewardsError(message)


def _approve(
    connection: psycopg.Connection, run: RewardRun, answer: Answer | None, now: datetime
) -> None:
    if answer is not None and answer.is_approved and answer.by is not None:
        decision.approve(connection, run, answer.by, now)
    elif answer is None and decision.approves_itself(summarize(connection, run), read_shop(), now):
        decision.approve(connection, run, decision.SELF_APPROVED, now)
    # Otherwise the run is not approved, and issuing refuses it.


def _reject(connection: psycopg.Connection, run: RewardRun, answer: Answer, now: datetime) -> None:
    if answer.by is not None:
        reason = answer.reason or "no reason was given"
        rejection = Decision(RunState.REJECTED, answer.by, reason)
        decision.reject(connection, run, rejection, now)
        return
    days = f"{read_shop().rewards.rewards_approval_days:g}"
    reason = f"nobody answered within {days} days"
    decision.reject(connection, run, Decision(RunState.EXPIRED, NOBODY, reason), now)
    message = f"{run.run}: {reason}; nothing was issued. To ask again, trigger {run.quarter} again"
    raise NobodyAnsweredError(message)
