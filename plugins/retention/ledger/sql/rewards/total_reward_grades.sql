-- Compute the totals of a run's frozen grades, tier by tier.
insert into ledger.reward_totals (
    run,
    currency,
    tier_threshold,
    amount,
    card_count
)
select
    grades.run,
    grades.currency,
    grades.tier_threshold,
    grades.amount,
    count(*)::int as card_count
from ledger.reward_grades as grades
where
    grades.run = %(run)s
    and grades.amount is not null
    and grades.left_out_reason is null
group by grades.run, grades.currency, grades.tier_threshold, grades.amount
