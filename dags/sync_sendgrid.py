"""Every fifteen minutes: synchronize with SendGrid in both directions.

1. **push_templates** brings SendGrid's templates up to date with the campaigns' folders.
2. **ensure_webhook** makes SendGrid post every event to us, signed, and fetches its public key.
3. **exchange_suppressions** pulls bounces, complaints and unsubscribes, and pushes the unsubscribes
   of our own page. Addresses on these lists get no more mail.
4. **reconcile_unknown** finds out what happened to requests without an answer.

The tasks are independent: a failed one does not stop the others.

**By hand**: trigger it after changing the public URL or the account. **Again**: clear or trigger it
as often as you like; unchanged settings are not touched.
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
