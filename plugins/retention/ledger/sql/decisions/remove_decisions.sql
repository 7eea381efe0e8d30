-- Remove the night's decisions before they are recorded again. Decisions that
-- led to a message stay, because they explain it.
delete from ledger.decisions
where
    decisions.night = %(night)s
    and not exists (
        select 1
        from ledger.messages
        where
            messages.night = decisions.night
            and messages.campaign = decisions.campaign
            and messages.customer_id = decisions.customer_id
            and messages.occasion = decisions.occasion
            and messages.state <> 'expired'
    )
