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

best as (

    select * from {{ ref('customer_signals_best') }}

),

customer_value as (

    select * from {{ ref('customer_value') }}

),

first_order as (

    select * from {{ ref('first_order') }}

),

loyalty as (

    select * from {{ ref('loyalty') }}

),

quarter_spend as (

    select * from {{ ref('quarter_spend') }}

),

return_habits as (

    select * from {{ ref('return_habits') }}

),

quarters as (

    select
        customer_id,
        sum(spend) filter (where not is_closed) as this_quarter_spend,
        sum(spend) filter (
            where
            quarter_end_date + 1
            = date_trunc('quarter', {{ as_of_date() }})
        ) as last_quarter_spend
    from quarter_spend
    where currency = '{{ var("shop_currency") }}'
    group by customer_id

),

global_windows as (

    select * from {{ ref('int_global_windows') }}

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
    coalesce(purchase_hours.window_start_hour, global_windows.start_hour)
        as window_start_hour,
    coalesce(purchase_hours.is_personal, false) as is_personal_hour,
    best.replenishable_type_count,
    best.next_due_date,
    best.likeliest_product_type,
    best.suggested_product_type,
    best.steadiest_product_type,
    best.steadiest_purchases_56_days,
    first_order.product_type as first_product_type,
    first_order.delivered_at as first_delivered_at,
    first_order.second_after_days,
    customer_value.expected_orders_365_days,
    customer_value.expected_spend_365_days,
    coalesce(quarters.this_quarter_spend, 0)::numeric(14, 2)
        as this_quarter_spend,
    coalesce(quarters.last_quarter_spend, 0)::numeric(14, 2)
        as last_quarter_spend,
    loyalty.tier as loyalty_tier,
    loyalty.period_end_date as loyalty_end_date,
    loyalty.keep_missing_spend as loyalty_keep_missing_spend,
    loyalty.next_tier as next_loyalty_tier,
    loyalty.next_missing_spend as next_loyalty_missing_spend,
    return_habits.returned_line_share,
    return_habits.times_average as returns_times_average,
    best.cart_line_count,
    best.cart_net_amount,
    best.cart_touched_at,
    best.browsed_product_type,
    best.browse_interest,
    best.next_gift_date,
    best.lifestyles
from customers
left join lifecycle on customers.customer_id = lifecycle.customer_id
left join purchase_hours on customers.customer_id = purchase_hours.customer_id
left join first_order on customers.customer_id = first_order.customer_id
left join customer_value on customers.customer_id = customer_value.customer_id
left join quarters on customers.customer_id = quarters.customer_id
left join loyalty on customers.customer_id = loyalty.customer_id
left join return_habits on customers.customer_id = return_habits.customer_id
inner join best on customers.customer_id = best.customer_id
left join global_windows on global_windows.is_best
