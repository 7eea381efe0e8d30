-- Set the release time of submitted messages that will arrive on a later day
-- than planned.
update ledger.messages
set release_at = late.release_at
from
    unnest(%(message_ids)s::uuid[], %(release_ats)s::timestamptz[])
        as late (message_id, release_at)
where
    messages.message_id = late.message_id
    and messages.request_id = %(request_id)s
    and messages.state = 'submitting'
