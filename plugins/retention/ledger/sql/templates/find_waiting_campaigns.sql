-- The campaigns, among those whose mails were ever pushed, with a message that
-- waits for its time.
select distinct temp.campaign
from ledger.templates as temp
where
    exists (
        select 1
        from ledger.messages as mess
        where
            mess.campaign = temp.campaign
            and mess.locale = temp.locale
            and mess.claimed_at is null
            and mess.expired_at is null
            and mess.state = 'planned'
    )
order by temp.campaign
