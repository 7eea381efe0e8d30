-- The latest messages of one customer, and when each reached its state.
select
    messages.message_id,
    messages.campaign,
    messages.state,
    messages.state_reason,
    (
        to_jsonb(messages.*) ->> (messages.state || '_at')
    )::timestamptz as state_at
from ledger.messages
where messages.customer_id = %(customer_id)s
order by messages.planned_at desc, messages.message_id asc
limit %(limit)s
