with

days as (

    select * from {{ ref('loyalty_days') }}

),

steps as (

    select * from {{ ref('loyalty_steps') }}

),

-- The last twelve months, and the part of them that will still count when the
-- tier is next measured again.
customers as (

    select
        customer_id,
        period_start_date,
        period_end_date,
        max(rolling_spend) filter (
            where graded_date = {{ as_of_date() }} - 1
        ) as spend_12_months,
        max(rolling_order_count) filter (
            where graded_date = {{ as_of_date() }} - 1
        ) as orders_12_months,
        coalesce(
            sum(spend) filter (
                where graded_date >= period_end_date + 1 - interval '1 year'
            ), 0
        ) as counting_spend,
        coalesce(
            sum(order_count) filter (
                where graded_date >= period_end_date + 1 - interval '1 year'
            ), 0
        ) as counting_orders
    from days
    group by customer_id, period_start_date, period_end_date

),

-- The period starts with the tier of the twelve months before it; any order
-- since then may have reached a higher one.
reached as (

    select distinct on (days.customer_id)
        days.customer_id,
        greatest(days.graded_date, days.period_start_date) as reached_date,
        steps.*
    from days
    inner join steps
        on
            days.rolling_spend >= steps.minimum_spend
            and days.rolling_order_count >= steps.minimum_orders
    where days.graded_date >= days.period_start_date - 1
    order by days.customer_id asc, steps.step desc, days.graded_date asc

)

select
    customers.customer_id,
    reached.tier,
    case when reached.step > 0 then reached.reached_date end as reached_date,
    customers.period_start_date,
    customers.period_end_date,
    customers.spend_12_months::numeric(14, 2) as spend_12_months,
    customers.orders_12_months,
    greatest(reached.minimum_spend - customers.counting_spend, 0)
    ::numeric(14, 2) as keep_missing_spend,
    greatest(reached.minimum_orders - customers.counting_orders, 0)::int
        as keep_missing_orders,
    reached.next_tier,
    (
        reached.next_minimum_spend
        - least(customers.spend_12_months, reached.next_minimum_spend)
    )::numeric(14, 2) as next_missing_spend,
    reached.next_minimum_orders
    - least(customers.orders_12_months, reached.next_minimum_orders)
        as next_missing_orders
from customers
inner join reached on customers.customer_id = reached.customer_id
