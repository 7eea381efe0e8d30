-- Number of messages that the campaign really planned on these nights.
select count(*) as message_count
from ledger.messages as mess
where
    mess.campaign = %(campaign)s
    and mess.night between %(first)s and %(last)s
    and mess.state not in ('expired', 'cancelled')
