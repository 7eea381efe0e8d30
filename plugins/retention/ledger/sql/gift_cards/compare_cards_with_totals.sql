-- The differences between a run's cards and its approved totals. Replacement
-- cards are not counted, since they are the same money again.
with approved as (
    select
        totals.currency,
        sum(totals.card_count)::int as card_count,
        sum(totals.card_count * totals.amount) as amount
    from ledger.reward_totals as totals
    where totals.run = %(run)s
    group by totals.currency
),

made as (
    select
        card.currency,
        count(*)::int as card_count,
        sum(card.amount) as amount
    from ledger.gift_cards as card
    where card.run = %(run)s and card.replaces is null
    group by card.currency
)

select
    coalesce(approved.currency, made.currency) as currency,
    coalesce(approved.card_count, 0) as approved_count,
    coalesce(approved.amount, 0) as approved_amount,
    coalesce(made.card_count, 0) as made_count,
    coalesce(made.amount, 0) as made_amount
from approved
full outer join made on approved.currency = made.currency
where
    (approved.card_count, approved.amount)
    is distinct from (made.card_count, made.amount)
