-- What a run's frozen grades come to, tier by tier.
insert into ledger.reward_totals (
    run,
    currency,
    tier_threshold,
    amount,
    card_count
)
select
    grad.run,
    grad.currency,
    grad.tier_threshold,
    grad.amount,
    count(*)::int as card_count
from ledger.reward_grades as grad
where
    grad.run = %(run)s
    and grad.amount is not null
    and grad.left_out_reason is null
group by grad.run, grad.currency, grad.tier_threshold, grad.amount
