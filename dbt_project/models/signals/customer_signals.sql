with

customers as (

    select * from {{ ref('stg_customers') }}

),

lifecycle as (

    select * from {{ ref('lifecycle') }}

),

purchase_hours as (

    select * from {{ ref('purchase_hours') }}

),

replenishment as (

    select * from {{ ref('replenishment') }}

),

global_windows as (

    select * from {{ ref('int_global_windows') }}

),

global_window as (

    select start_hour
    from global_windows
    where is_best

),

replenishable as (

    select
        customer_id,
        count(*)::int as replenishable_type_count,
        min(due_date) filter (where due_date >= {{ as_of_date() }})
            as next_due_date
    from replenishment
    group by customer_id

)

select
    customers.customer_id,
    customers.locale,
    customers.time_zone,
    customers.city,
    customers.country,
    lifecycle.first_ordered_at,
    lifecycle.last_ordered_at,
    coalesce(lifecycle.order_count, 0) as order_count,
    lifecycle.recency_days,
    coalesce(lifecycle.net_amount, 0.00) as net_amount,
    coalesce(lifecycle.spend_365_days, 0.00) as spend_365_days,
    lifecycle.typical_gap_days,
    lifecycle.hiatus_ratio,
    lifecycle.activity_probability,
    lifecycle.recency_quintile,
    lifecycle.frequency_quintile,
    lifecycle.monetary_quintile,
    lifecycle.stage,
    coalesce(purchase_hours.window_start_hour, global_window.start_hour)
        as window_start_hour,
    coalesce(purchase_hours.is_personal, false) as is_personal_hour,
    coalesce(replenishable.replenishable_type_count, 0)
        as replenishable_type_count,
    replenishable.next_due_date
from customers
left join lifecycle on customers.customer_id = lifecycle.customer_id
left join purchase_hours on customers.customer_id = purchase_hours.customer_id
left join replenishable on customers.customer_id = replenishable.customer_id
left join global_window on true
