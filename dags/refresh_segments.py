"""Every night: purchases become signals, signals become decisions, decisions become messages.

**open_night** waits until no other run computes a night. **purchases** and **signals** (dbt) are
what we know up to 00:00 of the date. **fit_models** between them adds what SQL cannot; a model that
fails keeps its last good numbers. What **check_marts** (Great Expectations) finds implausible gates
only the campaigns that depend on it. Either turns a **report_...** red, and the night goes on.
**decisions** (dbt): who is written to; **enqueue_messages** plans what `send_messages` sends.

**By hand**: give a date, dry run or not. A dry run, a date other than the shop's present one, a
backfill and a scheduled run over an hour late (the first after un-pausing) decide and send nothing.
**Again**: clear it or trigger its date; a message is planned once per campaign, customer, occasion.
In a group **dbt_producer_watcher** is the one `dbt build`, and the other tasks report on it.
"""

from __future__ import annotations

from airflow.sdk import dag, task, teardown
from airflow.sdk.timezone import utcnow

from retention import night
from schedules import DAG_DEFAULTS, NIGHT, NIGHT_FORM, NIGHTLY, OUTBOX
from transformations import DECISION_MODELS, PURCHASE_MODELS, SIGNAL_MODELS, dbt_group
from warehouse import close_night, open_night


@task
def fit_models(dag_run=None) -> list[dict]:
    """Fit what SQL cannot; the numbers and how each fit went stand in the ledger."""
    return night.fit(dag_run.run_id, now=utcnow())


@task
def check_marts(dag_run=None) -> list[dict]:
    """Check every mart that has a suite; the verdicts go to the ledger and Data Docs."""
    return night.check(dag_run.run_id, now=utcnow())


report_refused_fits = task(task_id="report_refused_fits")(night.raise_if_refused)
report_broken_marts = task(task_id="report_broken_marts")(night.raise_if_broken)


@task(outlets=[OUTBOX])
def enqueue_messages(dag_run=None) -> dict[str, int]:
    """Record the decisions, and plan the messages unless this run must not send."""
    return night.enqueue(dag_run.run_id, now=utcnow())


@dag(schedule=NIGHTLY, params=NIGHT_FORM, doc_md=__doc__, **DAG_DEFAULTS)
def refresh_segments() -> None:
    """Refresh the segments, decide, and enqueue the night's messages."""
    opened, fits = open_night(NIGHT), fit_models()
    verdicts, enqueued = check_marts(), enqueue_messages()
    opened >> dbt_group("purchases", PURCHASE_MODELS) >> fits
    fits >> dbt_group("signals", SIGNAL_MODELS) >> verdicts
    verdicts >> dbt_group("decisions", DECISION_MODELS) >> enqueued
    closed = teardown(close_night, on_failure_fail_dagrun=True)().as_teardown(setups=opened)
    [report_refused_fits(fits), report_broken_marts(verdicts), enqueued] >> closed


refresh_segments()
