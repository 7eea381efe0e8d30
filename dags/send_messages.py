"""Every ten minutes, and as soon as a night has enqueued messages: send the due ones.

1. **push_templates** brings SendGrid's templates up to date with the campaigns' folders.
2. **reconcile_unknown** checks requests of earlier runs that got no answer; messages that it can
   still cancel at SendGrid are planned again.
3. **deliver**, one task per worker, claims the due messages and sends each once, even if one of the
   first two tasks failed; **finish** then turns the run red.

Messages that SendGrid refused, and those whose fate cannot be known, stay visible in the ledger and
are not sent again. A wrong key or used-up credits fail the run with one line, and every message
stays planned.

**By hand**: trigger it with more *hours ahead* to hand over a whole day at once; SendGrid holds
each message until its time. **Again**: clear, retry or trigger it as often as you like, even twice
in parallel: the ledger knows what was sent, and a replay of the past plans nothing.
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
