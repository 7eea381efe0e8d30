"""What a quarter's rewards need beside dbt, a task each; each is one call of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import task
from airflow.sdk.timezone import utcnow

from retention.jobs import grant_quarterly_rewards as run
from schedules import ANSWER_FORM, APPROVERS, TIME_TO_APPROVE

if TYPE_CHECKING:
    from airflow.sdk import Context

ANSWER = "answer"
HEARD = ("chosen_options", "params_input", "responded_by_user")


@task
def require_closed(quarter: str) -> None:
    """Refuse what is no quarter, or not over, before anything is built."""
    run.require_closed(quarter, now=utcnow())


@task
def freeze(quarter: str) -> str:
    """Keep the quarter's grades for ever, or make sure that they are what was kept."""
    return run.freeze_quarter(quarter, now=utcnow())


@task
def grade(quarter: str) -> None:
    """Add up what the frozen grades come to, tier by tier."""
    run.grade_quarter(quarter, now=utcnow())


@task
def check(quarter: str) -> dict:
    """Turn down what is implausible; of the rest, say what a person needs to decide."""
    return run.check_quarter(quarter, now=utcnow())


@task.branch
def choose(asked: dict) -> str:
    """Ask a person, unless the rewards approve themselves or were decided before."""
    return "approve" if asked["needs_answer"] else "issue"


class Approval(ApprovalOperator):
    """A question whose answer the next tasks hear, a no too: that ends the task in an exception."""

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Note the answer, then go on or skip what comes next."""
        heard = {name: event.get(name) for name in HEARD}
        context["ti"].xcom_push(key=ANSWER, value=heard)
        return super().execute_complete(context, event)


def approve() -> Approval:
    """Wait for a person's yes or no; no answer in time counts as a no."""
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
def issue(asked: dict, ti=None) -> int:
    """Give every reward its card, when it is approved."""
    answer = ti.xcom_pull(task_ids="approve", key=ANSWER)
    return run.issue_cards(asked["run"], answer, now=utcnow())


@task(trigger_rule="none_failed")
def close(asked: dict, ti=None) -> str:
    """Say how it ended; red when nobody answered."""
    answer = ti.xcom_pull(task_ids="approve", key=ANSWER)
    return run.close_run(asked["run"], answer, now=utcnow())
