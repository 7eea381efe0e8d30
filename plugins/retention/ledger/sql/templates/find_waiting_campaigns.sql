-- Campaigns with planned messages, among those whose templates were ever
-- pushed.
select distinct templates.campaign
from ledger.templates
where
    exists (
        select 1
        from ledger.messages
        where
            messages.campaign = templates.campaign
            and messages.locale = templates.locale
            and messages.claimed_at is null
            and messages.expired_at is null
            and messages.state = 'planned'
    )
order by templates.campaign
