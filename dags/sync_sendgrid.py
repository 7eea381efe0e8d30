"""Every fifteen minutes: bring SendGrid up to date, and learn what it knows.

1. **push_templates** brings SendGrid's templates up to date with the campaigns' folders.
2. **ensure_webhook** has SendGrid report every event to us, signed, and fetches its key.
3. **exchange_suppressions** pulls bounces, complaints and unsubscribes, and tells SendGrid who
   unsubscribed on our own page. Nobody on these lists is written to from then on.
4. **reconcile_unknown** looks for what became of requests whose answer was lost.

None waits for another: what one of them cannot do does not keep the rest from their work.

**By hand**: trigger it after a change of address or account. **Again**: clear or trigger it as
often as you like; what is in step stays as it is.
"""

from __future__ import annotations

from airflow.sdk import dag

from schedules import DAG_DEFAULTS, EVERY_QUARTER_HOUR
from tasks.sendgrid import (
    ensure_webhook,
    exchange_suppressions,
    push_templates,
    reconcile_unknown,
)


@dag(schedule=EVERY_QUARTER_HOUR, doc_md=__doc__, **DAG_DEFAULTS)
def sync_sendgrid() -> None:
    """Keep SendGrid and the ledger in step."""
    push_templates()
    ensure_webhook()
    exchange_suppressions()
    reconcile_unknown()


sync_sendgrid()
