-- The state of the latest mail with a card's code.
select
    messages.message_id,
    messages.state
from ledger.messages
inner join ledger.gift_cards as card on messages.customer_id = card.customer_id
where
    card.card_id = %(card_id)s
    and messages.context ->> 'gift_card_id' = card.card_id::text
order by messages.planned_at desc, messages.message_id desc
limit 1
