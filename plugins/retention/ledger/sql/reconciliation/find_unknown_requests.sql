-- Requests without proof either way, the largest first because cancel slots are
-- few.
select
    requests.request_id,
    requests.batch_id,
    requests.submitting_at,
    requests.first_release_at,
    requests.cancelling_at,
    (
        select messages.email
        from ledger.messages
        where
            messages.request_id = requests.request_id
            and messages.state = 'unknown'
        -- SendGrid's log cannot be queried for an address with an apostrophe.
        order by messages.email like '%%''%%', messages.message_id
        limit 1
    ) as email
from ledger.requests
where requests.state = 'unknown'
order by
    requests.message_count desc,
    requests.first_release_at asc,
    requests.request_id asc
