-- Make room for the night's decisions to be recorded again; what led to a
-- message stays, for it explains the message.
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
