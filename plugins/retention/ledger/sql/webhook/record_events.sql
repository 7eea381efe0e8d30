-- Keep the events of one post; those that were heard before stay as they are.
-- In order: two posts that share events wait for each other, and never both.
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
    evnt.sg_event_id,
    evnt.event,
    evnt.message_id,
    evnt.request_id,
    evnt.attempt_id,
    evnt.sg_message_id,
    evnt.occurred_at,
    %(received_at)s as received_at,
    evnt.details
from
    jsonb_to_recordset(%(events)s::jsonb) as evnt (
        sg_event_id text,
        event text,
        message_id uuid,
        request_id uuid,
        attempt_id text,
        sg_message_id text,
        occurred_at timestamptz,
        details jsonb
    )
order by evnt.sg_event_id asc
on conflict (sg_event_id) do nothing
