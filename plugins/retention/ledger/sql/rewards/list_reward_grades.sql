-- A run's frozen grades.
select
    grad.customer_id,
    grad.currency,
    grad.spend,
    grad.tier_threshold,
    grad.amount,
    grad.left_out_reason
from ledger.reward_grades as grad
where grad.run = %(run)s
