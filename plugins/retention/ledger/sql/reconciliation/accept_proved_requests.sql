-- unknown, unconfirmed -> accepted: an event about a request proves that
-- SendGrid has it. Once its cancel was asked for, or it was given up, only an
-- event of a released mail does.
update ledger.requests as reqs
set
    state = 'accepted',
    sendgrid_message_id = proofs.sendgrid_message_id,
    closed_at = %(now)s
from (
    select
        evnt.request_id,
        max(split_part(evnt.sg_message_id, '.', 1)) as sendgrid_message_id,
        bool_or(evnt.event = any(%(released_events)s::text[])) as is_released
    from ledger.message_events as evnt
    inner join ledger.requests as lost on evnt.request_id = lost.request_id
    where lost.state in ('unknown', 'unconfirmed')
    group by evnt.request_id
) as proofs
where
    reqs.request_id = proofs.request_id
    and (
        (reqs.state = 'unknown' and reqs.cancelling_at is null)
        or (reqs.state in ('unknown', 'unconfirmed') and proofs.is_released)
    )
returning reqs.request_id
