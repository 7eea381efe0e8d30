"""Every night: purchases become signals, signals become decisions, decisions become messages.

**open_night** waits until no other run computes a night. **signals** (dbt) is what we know of every
customer up to 00:00 of the date; what **check_marts** (Great Expectations) finds implausible turns
**report_broken_marts** red and gates only the campaigns that depend on it. **decisions** (dbt) says
who is written to, and why; **enqueue_messages** plans what `send_messages` sends.

**By hand**: give a date, dry run or not. A dry run, a date other than the shop's present one, a
backfill and a scheduled run over an hour late (the first after un-pausing) decide and send nothing.
**Again**: clear it or trigger its date; a message is planned once per campaign, customer, occasion.
In a group **dbt_producer_watcher** is the one `dbt build`, and the other tasks report on it.
"""

from __future__ import annotations

from airflow.sdk import dag, task, teardown
from airflow.sdk.timezone import utcnow

from retention import night
from schedules import DAG_DEFAULTS, NIGHT, NIGHT_FORM, NIGHTLY, OUTBOX, night_of_run
from transformations import DECISION_MODELS, SIGNAL_MODELS, dbt_group


@task.sensor(mode="reschedule", poke_interval=15)
def open_night(as_of: str, dag_run=None, params=None) -> bool:
    """Note which night this run is about, and wait until it has the warehouse to itself."""
    return night.begin(night_of_run(dag_run, as_of, params, opened_at=utcnow()), now=utcnow())


@task
def check_marts(dag_run=None) -> list[dict]:
    """Check every mart that has a suite; the verdicts go to the ledger and Data Docs."""
    return night.check(dag_run.run_id, now=utcnow())


report_broken_marts = task(task_id="report_broken_marts")(night.raise_if_broken)


@task(outlets=[OUTBOX])
def enqueue_messages(dag_run=None) -> dict[str, int]:
    """Record the decisions, and plan the messages unless this run must not send."""
    return night.enqueue(dag_run.run_id, now=utcnow())


@teardown(on_failure_fail_dagrun=True)
def close_night(dag_run=None) -> None:
    """Give the warehouse back."""
    night.end(dag_run.run_id)


@dag(schedule=NIGHTLY, params=NIGHT_FORM, doc_md=__doc__, **DAG_DEFAULTS)
def refresh_segments() -> None:
    """Refresh the segments, decide, and enqueue the night's messages."""
    opened, verdicts, enqueued = open_night(NIGHT), check_marts(), enqueue_messages()
    opened >> dbt_group("signals", SIGNAL_MODELS) >> verdicts
    verdicts >> dbt_group("decisions", DECISION_MODELS) >> enqueued
    [report_broken_marts(verdicts), enqueued] >> close_night().as_teardown(setups=opened)


refresh_segments()
