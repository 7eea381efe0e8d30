"""Every ten minutes, and as soon as a night has enqueued: send what is due.

1. **push_templates** brings SendGrid's templates up to date with the campaigns' folders.
2. **reconcile_unknown** settles what earlier runs never got an answer for; what it can call back
   at SendGrid is planned again.
3. **deliver**, a task for each worker, claims the due messages and hands them over, each once,
   even when one of the first two failed; **finish** then turns the run red.

What SendGrid refused, and what nobody can know the fate of, stays visible in the ledger and is not
sent again. A wrong key or spent credits fail the run in one line and leave every message planned.

**By hand**: trigger it with more *hours ahead* to hand over a whole day at once; SendGrid holds
each message until its time. **Again**: clear it, retry it or trigger it as often as you like, even
twice at once: what was handed over is in the ledger, and a replay of the past plans nothing.
"""

from __future__ import annotations

from airflow.sdk import dag

from schedules import DAG_DEFAULTS, DELIVERY_WORKERS, EVERY_TEN_MINUTES, SEND_FORM
from tasks.sendgrid import deliver, finish, push_templates, reconcile_unknown


@dag(schedule=EVERY_TEN_MINUTES, params=SEND_FORM, doc_md=__doc__, **DAG_DEFAULTS)
def send_messages() -> None:
    """Send every message that is due, once."""
    prepared = [push_templates(), reconcile_unknown()]
    prepared >> deliver.expand(worker=DELIVERY_WORKERS) >> (end := finish())
    prepared >> end


send_messages()
