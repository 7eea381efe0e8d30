-- Messages of all nights, by campaign and state.
select
    messages.campaign,
    messages.state,
    count(*) as message_count
from ledger.messages
group by messages.campaign, messages.state
order by messages.campaign, messages.state
