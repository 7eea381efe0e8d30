-- submitting, unknown -> rejected: those that SendGrid named, each with its
-- words.
with named as (
    select
        unnest(%(message_ids)s::uuid[]) as message_id,
        unnest(%(reasons)s::text[]) as reason
)

update ledger.messages as mess
set
    state = 'rejected',
    state_reason = named.reason,
    rejected_at = %(now)s
from named
where
    mess.message_id = named.message_id
    and mess.request_id = %(request_id)s
    and mess.state in ('submitting', 'unknown')
