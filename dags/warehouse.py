"""The first and the last task of a night: take the warehouse, and give it back."""

from __future__ import annotations

from airflow.sdk import task
from airflow.sdk.timezone import utcnow

from retention import night
from schedules import night_of_run


@task.sensor(mode="reschedule", poke_interval=15)
def open_night(as_of: str, dag_run=None, params=None) -> bool:
    """Note which night this run is about, and wait until it has the warehouse to itself."""
    return night.begin(night_of_run(dag_run, as_of, params, opened_at=utcnow()), now=utcnow())


def close_night(dag_run=None) -> None:
    """Give the warehouse back; a teardown, which each DAG has to make anew."""
    night.end(dag_run.run_id)
