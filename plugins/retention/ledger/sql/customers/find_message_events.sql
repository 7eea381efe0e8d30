-- What SendGrid reported of some messages, the same things of each together, in
-- the order in which they first happened. A bounce that the server meant for
-- that one try, and an open by a program, are things of their own.
with told_events as (
    select
        evnt.message_id,
        evnt.occurred_at,
        case
            when evnt.event = 'bounce' and evnt.details ->> 'type' = 'blocked'
                then 'blocked'
            when
                evnt.event = 'open'
                and evnt.details -> 'sg_machine_open' = 'true'
                then 'machine_open'
            else evnt.event
        end as event
    from ledger.message_events as evnt
    where evnt.message_id = any(%(message_ids)s::uuid[])
)

select
    told.message_id,
    told.event,
    count(*)::int as event_count,
    min(told.occurred_at) as first_at,
    max(told.occurred_at) as last_at
from told_events as told
group by told.message_id, told.event
order by told.message_id asc, first_at asc, told.event asc
