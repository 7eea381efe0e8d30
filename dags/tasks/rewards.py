"""Tasks of a quarter's rewards besides dbt; each is one call of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import task
from airflow.sdk.timezone import utcnow

from retention.jobs import grant_quarterly_rewards as run
from schedules import ANSWER_FORM, APPROVERS, TIME_TO_APPROVE
from tasks import FROM_RUN

if TYPE_CHECKING:
    from airflow.sdk import Context
    from airflow.sdk.types import RuntimeTaskInstanceProtocol

ANSWER = "answer"
ANSWER_FIELDS = ("chosen_options", "params_input", "responded_by_user")


@task
def require_closed(quarter: str) -> None:
    """Fail, before anything is built, if the quarter is invalid or not over."""
    run.require_closed(quarter, now=utcnow())


@task
def freeze(quarter: str) -> str:
    """Freeze the quarter's grades, or check that they equal the frozen ones."""
    return run.freeze_quarter(quarter, now=utcnow())


@task
def grade(quarter: str) -> None:
    """Compute the totals of the frozen grades by tier."""
    run.grade_quarter(quarter, now=utcnow())


@task
def check(quarter: str) -> dict[str, Any]:
    """Reject an implausible quarter; otherwise return the question for the approval."""
    return run.check_quarter(quarter, now=utcnow())


@task.branch
def choose(question: dict[str, Any]) -> str:
    """Ask a person, unless the rewards need no approval or already have a decision."""
    return "approve" if question["needs_answer"] else "issue"


class Approval(ApprovalOperator):
    """An approval whose answer the next tasks can read, also a rejection, which skips them."""

    def execute_complete(self, context: Context, event: dict[str, Any]) -> object:
        """Push the answer, then continue or skip the next tasks."""
        answer = {name: event.get(name) for name in ANSWER_FIELDS}
        context["ti"].xcom_push(key=ANSWER, value=answer)
        return super().execute_complete(context, event)


def approve() -> Approval:
    """Wait for a person to approve or reject; a timeout counts as a rejection."""
    return Approval(
        task_id="approve",
        subject="{{ ti.xcom_pull(task_ids='check')['subject'] }}",
        body="{{ ti.xcom_pull(task_ids='check')['body'] }}",
        defaults=ApprovalOperator.REJECT,
        params=ANSWER_FORM,
        assigned_users=APPROVERS,
        response_timeout=TIME_TO_APPROVE,
    )


@task(trigger_rule="none_failed")
def issue(question: dict[str, Any], ti: RuntimeTaskInstanceProtocol = FROM_RUN) -> int:
    """Issue the gift cards of an approved run."""
    answer = ti.xcom_pull(task_ids="approve", key=ANSWER)
    return run.issue_cards(question["run"], answer, now=utcnow())


@task(trigger_rule="none_failed")
def close(question: dict[str, Any], ti: RuntimeTaskInstanceProtocol = FROM_RUN) -> str:
    """Return how the run ended; fail if nobody answered."""
    answer = ti.xcom_pull(task_ids="approve", key=ANSWER)
    return run.close_run(question["run"], answer, now=utcnow())
