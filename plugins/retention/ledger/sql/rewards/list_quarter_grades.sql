-- A quarter's grades in the warehouse.
select
    grades.customer_id,
    grades.currency,
    grades.spend,
    grades.tier_threshold,
    grades.amount,
    grades.left_out_reason
from rewards_reporting.quarter_grades as grades
where grades.quarter = %(quarter)s
