-- The number of planned messages that could be claimed now.
select count(*) as message_count
from ledger.messages
where
    messages.state = 'planned'
    and messages.claimed_at is null
    and messages.expired_at is null
    and messages.send_at <= %(due_until)s
    and messages.not_after > %(now)s
