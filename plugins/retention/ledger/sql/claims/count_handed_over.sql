-- The number of the sender's messages that were handed over since a time.
select coalesce(sum(requests.message_count), 0)::integer as message_count
from ledger.requests
where
    requests.sender = %(sender)s
    and requests.claimed_at > %(since)s
    and requests.state in (
        'claimed', 'submitting', 'accepted', 'unknown', 'unconfirmed'
    )
