-- Planned cards that are to get a code made here, the next few in order.
select card.card_id
from ledger.gift_cards as card
where
    card.state = 'planned'
    and not card.is_from_pool
    and card.source = %(source)s
order by card.source, card.customer_id, card.occasion
limit %(most)s
