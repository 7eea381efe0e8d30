-- The largest rewards of a run; of equal ones those for the largest spend.
select
    grad.customer_id,
    grad.currency,
    grad.spend,
    grad.amount
from ledger.reward_grades as grad
where
    grad.run = %(run)s
    and grad.amount is not null
    and grad.left_out_reason is null
order by grad.amount desc, grad.spend desc, grad.customer_id asc
limit %(most)s
