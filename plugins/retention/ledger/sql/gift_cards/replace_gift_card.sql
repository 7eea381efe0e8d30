-- Plan a card that replaces a cancelled one; only once per card.
insert into ledger.gift_cards (
    source,
    customer_id,
    occasion,
    run,
    replaces,
    currency,
    amount,
    is_from_pool,
    state,
    planned_at
)
select
    card.source,
    card.customer_id,
    %(occasion)s as occasion,
    card.run,
    card.card_id as replaces,
    card.currency,
    card.amount,
    card.is_from_pool,
    'planned' as state,
    %(now)s as planned_at
from ledger.gift_cards as card
where card.card_id = %(card_id)s and card.state = 'cancelled'
returning card_id
