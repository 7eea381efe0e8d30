-- The number of customers in a run, by currency and by the reason for leaving
-- them out.
select
    grades.currency,
    grades.left_out_reason,
    count(*)::int as customer_count
from ledger.reward_grades as grades
where grades.run = %(run)s
group by grades.currency, grades.left_out_reason
order by grades.currency asc, grades.left_out_reason asc nulls first
