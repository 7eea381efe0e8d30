-- Make room for the night's decisions to be recorded again; what led to a
-- message stays, for it explains the message.
delete from ledger.decisions as decs
where
    decs.night = %(night)s
    and not exists (
        select 1
        from ledger.messages as mess
        where
            mess.night = decs.night
            and mess.campaign = decs.campaign
            and mess.customer_id = decs.customer_id
            and mess.occasion = decs.occasion
            and mess.state <> 'expired'
    )
