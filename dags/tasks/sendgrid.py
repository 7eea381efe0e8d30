"""Tasks that exchange data with SendGrid; each is one call of the engine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import task
from airflow.sdk.timezone import utcnow

from retention.jobs import send_messages, sync_sendgrid
from tasks import FROM_RUN


@task
def push_templates() -> None:
    """Bring SendGrid's templates and unsubscribe groups up to date."""
    send_messages.push_templates(now=utcnow())


@task
def reconcile_unknown(params: dict[str, Any] = FROM_RUN) -> dict[str, int]:
    """Settle requests without an answer, by SendGrid's events, its logs, or a cancel in time."""
    return {} if params.get("dry_run") else send_messages.reconcile_unknown(now=utcnow())


@task(trigger_rule="all_done")  # it skips campaigns whose templates were not pushed
def deliver(worker: int, params: dict[str, Any] = FROM_RUN) -> dict[str, int]:
    """Claim the due messages and hand them to SendGrid, each once."""
    ahead = timedelta(hours=params["hours_ahead"])
    return send_messages.send_due(utcnow(), ahead, worker=worker, is_dry_run=params["dry_run"])


@task
def finish() -> None:
    """Turn the run red when any previous task failed, not only the last one."""


@task
def ensure_webhook() -> None:
    """Make SendGrid post its events to us, and fetch the key that it signs them with."""
    sync_sendgrid.ensure_webhook(now=utcnow())


@task
def exchange_suppressions() -> dict[str, int]:
    """Pull SendGrid's suppressions, and push the unsubscribes of our own page."""
    return sync_sendgrid.exchange_suppressions(now=utcnow())
