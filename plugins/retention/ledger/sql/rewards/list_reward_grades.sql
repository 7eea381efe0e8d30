-- A run's frozen grades.
select
    grades.customer_id,
    grades.currency,
    grades.spend,
    grades.tier_threshold,
    grades.amount,
    grades.left_out_reason
from ledger.reward_grades as grades
where grades.run = %(run)s
