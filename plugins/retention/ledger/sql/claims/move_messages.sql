-- submitting, unknown -> claimed: SendGrid took no message of a request; move
-- some of them to a new request.
with begun as (
    insert into ledger.requests (
        campaign,
        locale,
        kind,
        purpose,
        sender,
        message_count,
        state,
        claimed_at
    )
    select
        requests.campaign,
        requests.locale,
        requests.kind,
        requests.purpose,
        requests.sender,
        cardinality(%(message_ids)s::uuid[]) as message_count,
        'claimed' as state,
        %(now)s as claimed_at
    from ledger.requests
    where requests.request_id = %(request_id)s
    returning request_id
)

update ledger.messages
set
    state = 'claimed',
    state_reason = null,
    claimed_at = %(now)s,
    submitting_at = null,
    release_at = null,
    unknown_at = null,
    request_id = begun.request_id
from begun
where
    messages.message_id = any(%(message_ids)s::uuid[])
    and messages.request_id = %(request_id)s
    and messages.state in ('submitting', 'unknown')
returning messages.request_id
