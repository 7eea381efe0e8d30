-- The largest rewards of a run; equal ones by the larger spend.
select
    grades.customer_id,
    grades.currency,
    grades.spend,
    grades.amount
from ledger.reward_grades as grades
where
    grades.run = %(run)s
    and grades.amount is not null
    and grades.left_out_reason is null
order by grades.amount desc, grades.spend desc, grades.customer_id asc
limit %(most)s
