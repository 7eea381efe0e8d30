-- Cards that wait for a code of the merchant's, by what they are worth.
select
    card.currency,
    card.amount,
    count(*)::int as card_count
from ledger.gift_cards as card
where
    card.state = 'planned'
    and card.source = %(source)s
    and (card.run is not distinct from %(run)s or card.replaces is not null)
group by card.currency, card.amount
order by card.currency, card.amount
