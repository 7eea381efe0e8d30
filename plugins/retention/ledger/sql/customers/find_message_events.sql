-- SendGrid's events of some messages, grouped by kind, in the order in which
-- each kind first happened. Temporary bounces and opens by a mail program are
-- kinds of their own.
with reported_events as (
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
    reported.message_id,
    reported.event,
    count(*)::int as event_count,
    min(reported.occurred_at) as first_at,
    max(reported.occurred_at) as last_at
from reported_events as reported
group by reported.message_id, reported.event
order by reported.message_id asc, first_at asc, reported.event asc
