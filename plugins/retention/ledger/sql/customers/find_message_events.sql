-- What SendGrid reported of some messages, the same things of each together, in
-- the order in which they first happened. A bounce that the server meant for
-- that one try, and an open by a program, are things of their own.
with told_events as (
    select
        events.message_id,
        events.occurred_at,
        case
            when
                events.event = 'bounce'
                and events.details ->> 'type' = 'blocked'
                then 'blocked'
            when
                events.event = 'open'
                and events.details -> 'sg_machine_open' = 'true'
                then 'machine_open'
            else events.event
        end as event
    from ledger.message_events as events
    where events.message_id = any(%(message_ids)s::uuid[])
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
