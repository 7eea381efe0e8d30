"""Tasks of a night besides dbt; each is one call of the engine."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from airflow.sdk import task
from airflow.sdk.timezone import utcnow

from retention.jobs import refresh_segments as night
from retention.ledger.nights import Night
from schedules import OUTBOX
from tasks import FROM_RUN

if TYPE_CHECKING:
    from datetime import datetime

    from airflow.sdk.types import DagRunProtocol


@task.sensor(mode="reschedule", poke_interval=15)
def open_night(
    as_of: str, dag_run: DagRunProtocol = FROM_RUN, params: dict[str, Any] = FROM_RUN
) -> bool:
    """Record the run's night, and wait until no other run holds the warehouse."""
    return night.begin(night_of_run(dag_run, as_of, params, opened_at=utcnow()), now=utcnow())


@task
def fit_models(dag_run: DagRunProtocol = FROM_RUN) -> list[dict[str, Any]]:
    """Fit the models that SQL cannot; their results and verdicts go to the ledger."""
    return night.fit(dag_run.run_id, now=utcnow())


@task
def check_marts(dag_run: DagRunProtocol = FROM_RUN) -> list[dict[str, Any]]:
    """Check every mart that has a suite; the verdicts go to the ledger and the Data Docs."""
    return night.check(dag_run.run_id, now=utcnow())


report_refused_fits = task(task_id="report_refused_fits")(night.raise_if_refused)
report_broken_marts = task(task_id="report_broken_marts")(night.raise_if_broken)


@task
def reward_referrals(dag_run: DagRunProtocol = FROM_RUN) -> int:
    """Issue the gift cards that referrals have earned; a later night mails them."""
    return night.reward_referrals(dag_run.run_id, now=utcnow())


@task(outlets=[OUTBOX])
def enqueue_messages(dag_run: DagRunProtocol = FROM_RUN) -> dict[str, int]:
    """Record the decisions, and plan the messages if this run may send."""
    return night.enqueue(dag_run.run_id, now=utcnow())


def close_night(dag_run: DagRunProtocol = FROM_RUN) -> None:
    """Release the warehouse; a plain function, since each DAG creates its own teardown."""
    night.end(dag_run.run_id)


def night_of_run(
    dag_run: DagRunProtocol, as_of: str, params: dict[str, Any], opened_at: datetime
) -> Night:
    """Return the run's night; only scheduled runs have a planned start and can be late."""
    return Night(
        run_id=dag_run.run_id,
        night=date.fromisoformat(as_of),
        scheduled_for=dag_run.logical_date if dag_run.run_type == "scheduled" else None,
        is_dry_run=params["dry_run"],
        is_backfill=dag_run.run_type == "backfill",
        opened_at=opened_at,
    )
