-- Number of messages that the campaign really planned on these nights.
select count(*) as message_count
from ledger.messages
where
    messages.campaign = %(campaign)s
    and messages.night between %(first)s and %(last)s
    and messages.state not in ('expired', 'cancelled')
