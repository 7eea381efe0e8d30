-- The next planned cards that need a generated code: those of a run, or those
-- without a run and replacements of cards that had a code.
select card.card_id
from ledger.gift_cards as card
where
    card.state = 'planned'
    and not card.is_from_pool
    and card.source = %(source)s
    and (card.run is not distinct from %(run)s or card.replaces is not null)
order by card.source, card.customer_id, card.occasion
limit %(most)s
