-- How many messages stand where; of one night when one is given.
select
    mess.state,
    count(*) as message_count
from ledger.messages as mess
where %(night)s::date is null or mess.night = %(night)s
group by mess.state
order by mess.state
