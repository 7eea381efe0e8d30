-- The four quarters before one, by currency, as the warehouse knows them now.
-- The first quarter of all is left out: few shops begin on its first day.
with granted as (
    select
        grad.quarter,
        grad.currency,
        grad.customer_id,
        case when grad.left_out_reason is null then grad.amount end as amount
    from rewards_reporting.quarter_grades as grad
    where
        grad.quarter < %(quarter)s
        and grad.quarter > (
            select min(firs.quarter)
            from rewards_reporting.quarter_grades as firs
        )
),

latest as (
    select distinct gran.quarter
    from granted as gran
    order by gran.quarter desc
    limit 4
)

select
    gran.quarter,
    gran.currency,
    count(*)::int as customer_count,
    count(gran.amount)::int as card_count,
    coalesce(sum(gran.amount), 0)::text as amount
from granted as gran
inner join latest on gran.quarter = latest.quarter
group by gran.quarter, gran.currency
order by gran.quarter, gran.currency
