-- A run's delivered cards whose latest mail nobody got: it bounced, or SendGrid
-- dropped it. Their codes are forgotten.
select
    card.card_id,
    card.customer_id
from ledger.gift_cards as card
inner join lateral (
    select mess.message_id
    from ledger.messages as mess
    where
        mess.customer_id = card.customer_id
        and mess.context ->> 'gift_card_id' = card.card_id::text
    order by mess.planned_at desc, mess.message_id desc
    limit 1
) as mail on true
where
    card.run = %(run)s
    and card.state = 'delivered'
    and exists (
        select 1
        from ledger.message_events as evnt
        where
            evnt.message_id = mail.message_id
            and evnt.event in ('bounce', 'dropped')
    )
order by card.customer_id, card.card_id
