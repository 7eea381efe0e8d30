with

customers as (

    select * from {{ ref('stg_customers') }}

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

)

select
    customers.customer_id,
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
    return_habits.times_average as returns_times_average
from customers
left join first_order on customers.customer_id = first_order.customer_id
left join customer_value on customers.customer_id = customer_value.customer_id
left join quarters on customers.customer_id = quarters.customer_id
left join loyalty on customers.customer_id = loyalty.customer_id
left join return_habits on customers.customer_id = return_habits.customer_id
