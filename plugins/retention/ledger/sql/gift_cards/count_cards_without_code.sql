-- Cards that wait for one of the merchant's codes, by amount: those of a run,
-- or those without a run and replacements of cards that had a code.
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
