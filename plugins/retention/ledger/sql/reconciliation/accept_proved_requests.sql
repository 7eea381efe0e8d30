-- unknown, unconfirmed -> accepted: an event of a request proves that SendGrid
-- accepted it. Once a cancel was requested, or the request is unconfirmed, only
-- an event of a released mail proves it.
update ledger.requests
set
    state = 'accepted',
    sendgrid_message_id = proofs.sendgrid_message_id,
    closed_at = %(now)s
from (
    select
        events.request_id,
        max(split_part(events.sg_message_id, '.', 1)) as sendgrid_message_id,
        bool_or(events.event = any(%(released_events)s::text[])) as is_released
    from ledger.message_events as events
    inner join ledger.requests as lost on events.request_id = lost.request_id
    where lost.state in ('unknown', 'unconfirmed')
    group by events.request_id
) as proofs
where
    requests.request_id = proofs.request_id
    and (
        (requests.state = 'unknown' and requests.cancelling_at is null)
        or (requests.state in ('unknown', 'unconfirmed') and proofs.is_released)
    )
returning requests.request_id
