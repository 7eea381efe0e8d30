-- The latest messages of one customer, and when each came to where it stands.
select
    mess.message_id,
    mess.campaign,
    mess.state,
    mess.state_reason,
    (to_jsonb(mess) ->> (mess.state || '_at'))::timestamptz as state_at
from ledger.messages as mess
where mess.customer_id = %(customer_id)s
order by mess.planned_at desc, mess.message_id asc
limit %(limit)s
