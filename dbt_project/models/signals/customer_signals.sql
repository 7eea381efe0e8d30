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

history as (

    select * from {{ ref('customer_signals_history') }}

),

habits as (

    select * from {{ ref('customer_signals_habits') }}

),

interests as (

    select * from {{ ref('customer_signals_interests') }}

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
    habits.replenishable_type_count,
    habits.next_due_date,
    habits.likeliest_product_type,
    habits.suggested_product_type,
    habits.steadiest_product_type,
    habits.steadiest_purchases_56_days,
    history.first_product_type,
    history.first_delivered_at,
    history.second_after_days,
    history.expected_orders_365_days,
    history.expected_spend_365_days,
    history.this_quarter_spend,
    history.last_quarter_spend,
    history.loyalty_tier,
    history.loyalty_end_date,
    history.loyalty_keep_missing_spend,
    history.next_loyalty_tier,
    history.next_loyalty_missing_spend,
    history.returned_line_share,
    history.returns_times_average,
    interests.cart_line_count,
    interests.cart_net_amount,
    interests.cart_touched_at,
    interests.browsed_product_type,
    interests.browse_interest,
    interests.next_gift_date,
    interests.lifestyles
from customers
left join lifecycle on customers.customer_id = lifecycle.customer_id
left join purchase_hours on customers.customer_id = purchase_hours.customer_id
inner join history on customers.customer_id = history.customer_id
inner join habits on customers.customer_id = habits.customer_id
inner join interests on customers.customer_id = interests.customer_id
left join global_windows on global_windows.is_best
