-- How many planned messages would be claimed by now.
select count(*) as message_count
from ledger.messages as mess
where
    mess.state = 'planned'
    and mess.claimed_at is null
    and mess.expired_at is null
    and mess.send_at <= %(due_until)s
    and mess.not_after > %(now)s
