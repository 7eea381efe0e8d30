-- For each customer: the number of repeat purchases, the days from the first
-- purchase to the last one and to the night, and the mean amount of the
-- repeats. Orders on the same day are one purchase; orders on the first day are
-- no repeat.
with days as (
    select
        orders.customer_id,
        orders.ordered_date,
        sum(orders.net_amount) as amount,
        min(orders.ordered_date) over (
            partition by orders.customer_id
        ) as first_date
    from shop.kept_orders as orders
    where orders.ordered_date < %(night)s::date
    group by orders.customer_id, orders.ordered_date
)

select
    days.customer_id,
    count(*) - 1 as repeats,
    max(days.ordered_date) - min(days.ordered_date) as last_day,
    %(night)s::date - min(days.ordered_date) as days,
    coalesce(
        avg(days.amount) filter (where days.ordered_date > days.first_date), 0
    ) as mean_amount
from days
group by days.customer_id
order by days.customer_id asc
