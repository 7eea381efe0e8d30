-- Cards that wait for a code of the merchant's, by what they are worth: of a
-- run, or those of no run and what takes the place of one that had its code.
select
    card.currency,
    card.amount,
    count(*)::int as card_count
from ledger.gift_cards as card
where
    card.state = 'planned'
    and card.source = %(source)s
    and case
        when %(run)s::text is null
            then card.run is null or card.replaces is not null
        else card.run = %(run)s::text
    end
group by card.currency, card.amount
order by card.currency, card.amount
