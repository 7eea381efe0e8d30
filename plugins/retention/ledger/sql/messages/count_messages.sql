-- The number of messages by state; of one night if one is given.
select
    messages.state,
    count(*) as message_count
from ledger.messages
where %(night)s::date is null or messages.night = %(night)s
group by messages.state
order by messages.state
