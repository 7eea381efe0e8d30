-- A quarter's grades in the warehouse.
select
    grad.customer_id,
    grad.currency,
    grad.spend,
    grad.tier_threshold,
    grad.amount,
    grad.left_out_reason
from rewards_reporting.quarter_grades as grad
where grad.quarter = %(quarter)s
