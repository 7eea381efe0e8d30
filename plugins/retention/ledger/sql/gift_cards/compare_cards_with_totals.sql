-- Where a run's cards are not those that were approved; replacements are not
-- counted, they are the same money again.
with approved as (
    select
        tots.currency,
        sum(tots.card_count)::int as card_count,
        sum(tots.card_count * tots.amount) as amount
    from ledger.reward_totals as tots
    where tots.run = %(run)s
    group by tots.currency
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
    coalesce(appr.currency, made.currency) as currency,
    coalesce(appr.card_count, 0) as approved_count,
    coalesce(appr.amount, 0) as approved_amount,
    coalesce(made.card_count, 0) as made_count,
    coalesce(made.amount, 0) as made_amount
from approved as appr
full outer join made on appr.currency = made.currency
where
    (appr.card_count, appr.amount)
    is distinct from (made.card_count, made.amount)
