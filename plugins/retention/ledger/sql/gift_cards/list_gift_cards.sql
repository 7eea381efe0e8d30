-- A customer's cards, the latest first.
select
    card.card_id,
    card.source,
    card.occasion,
    card.currency,
    card.amount,
    card.state,
    card.code_last_four,
    card.expires_date,
    card.cancelled_by,
    card.cancel_reason
from ledger.gift_cards as card
where card.customer_id = %(customer_id)s
order by card.planned_at desc, card.card_id asc
