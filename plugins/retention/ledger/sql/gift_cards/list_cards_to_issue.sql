-- Planned cards that are to get a code made here, the next few in order: a
-- run's or those of no run, and what takes the place of one that had its code.
select card.card_id
from ledger.gift_cards as card
where
    card.state = 'planned'
    and not card.is_from_pool
    and card.source = %(source)s
    and (card.run is not distinct from %(run)s or card.replaces is not null)
order by card.source, card.customer_id, card.occasion
limit %(most)s
