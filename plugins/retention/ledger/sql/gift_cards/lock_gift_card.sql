-- One card, locked against changes and against mails with its code.
select
    card.card_id,
    card.source,
    card.customer_id,
    card.occasion,
    card.run,
    card.currency,
    card.amount,
    card.state,
    card.is_from_pool,
    card.code_last_four,
    card.expires_date
from ledger.gift_cards as card
where card.card_id = %(card_id)s
for update
