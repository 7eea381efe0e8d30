-- What has become of the latest mail with a card's code.
select
    mess.message_id,
    mess.state
from ledger.messages as mess
inner join ledger.gift_cards as card on mess.customer_id = card.customer_id
where
    card.card_id = %(card_id)s
    and mess.context ->> 'gift_card_id' = card.card_id::text
order by mess.planned_at desc, mess.message_id desc
limit 1
