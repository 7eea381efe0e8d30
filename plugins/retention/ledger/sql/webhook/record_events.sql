-- Record the events of one post; events that are already known are not changed.
-- They are inserted in order, so that two posts that share events cannot
-- deadlock.
insert into ledger.message_events (
    sg_event_id,
    event,
    message_id,
    request_id,
    attempt_id,
    sg_message_id,
    occurred_at,
    received_at,
    details
)
select
    event.sg_event_id,
    event.event,
    event.message_id,
    event.request_id,
    event.attempt_id,
    event.sg_message_id,
    event.occurred_at,
    %(received_at)s as received_at,
    event.details
from
    jsonb_to_recordset(%(events)s::jsonb) as event (
        sg_event_id text,
        event text,
        message_id uuid,
        request_id uuid,
        attempt_id text,
        sg_message_id text,
        occurred_at timestamptz,
        details jsonb
    )
order by event.sg_event_id asc
on conflict (sg_event_id) do nothing
