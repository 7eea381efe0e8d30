-- How many of the sender's messages are under way or have left since then.
select coalesce(sum(reqs.message_count), 0)::integer as message_count
from ledger.requests as reqs
where
    reqs.sender = %(sender)s
    and reqs.claimed_at > %(since)s
    and reqs.state in (
        'claimed', 'submitting', 'accepted', 'unknown', 'unconfirmed'
    )
