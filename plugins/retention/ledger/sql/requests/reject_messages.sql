-- submitting, unknown -> rejected: the messages that SendGrid named, each with
-- its error.
with named as (
    select
        unnest(%(message_ids)s::uuid[]) as message_id,
        unnest(%(reasons)s::text[]) as reason
)

update ledger.messages
set
    state = 'rejected',
    state_reason = named.reason,
    rejected_at = %(now)s
from named
where
    messages.message_id = named.message_id
    and messages.request_id = %(request_id)s
    and messages.state in ('submitting', 'unknown')
