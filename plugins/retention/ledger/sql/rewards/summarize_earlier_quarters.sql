-- The four quarters before one, by currency, according to the warehouse now.
-- The shop's very first quarter is skipped, since few shops open on its first
-- day.
with granted as (
    select
        grades.quarter,
        grades.currency,
        grades.customer_id,
        case
            when grades.left_out_reason is null then grades.amount
        end as amount
    from rewards_reporting.quarter_grades as grades
    where
        grades.quarter < %(quarter)s
        and grades.quarter > (
            select min(first.quarter)
            from rewards_reporting.quarter_grades as first
        )
),

latest as (
    select distinct granted.quarter
    from granted
    order by granted.quarter desc
    limit 4
)

select
    granted.quarter,
    granted.currency,
    count(*)::int as customer_count,
    count(granted.amount)::int as card_count,
    coalesce(sum(granted.amount), 0)::text as amount
from granted
inner join latest on granted.quarter = latest.quarter
group by granted.quarter, granted.currency
order by granted.quarter, granted.currency
