-- Requests without proof either way, the largest first: SendGrid's slots for
-- cancels are few.
select
    reqs.request_id,
    reqs.batch_id,
    reqs.submitting_at,
    reqs.first_release_at,
    reqs.cancelling_at,
    (
        select mess.email
        from ledger.messages as mess
        where mess.request_id = reqs.request_id and mess.state = 'unknown'
        -- SendGrid's log cannot be asked for an address with an apostrophe.
        order by mess.email like '%%''%%', mess.message_id
        limit 1
    ) as email
from ledger.requests as reqs
where reqs.state = 'unknown'
order by reqs.message_count desc, reqs.first_release_at asc, reqs.request_id asc
