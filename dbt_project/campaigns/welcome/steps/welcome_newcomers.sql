{#- Customers who have just bought for the first time, for themselves. -#}
{%- set days_late = 3 -%}

with

first_orders as (

    select
        customer_id,
        order_id,
        ordered_at,
        {{ shop_time('ordered_at') }}::date as ordered_date,
        days_since,
        coalesce(store_id, '') as store_id,
        net_amount,
        delivered_at,
        evidence
    from {{ ref('first_order') }}
    where days_since <= {{ days_late }} and is_gift is not true

),

orders as (

    select * from {{ ref('order_amounts') }}

),

gifts as (

    select * from {{ ref('gifts') }}

),

-- Customers who fully returned an earlier order have met the shop before.
newcomers as (

    select first_orders.*
    from first_orders
    left join orders
        on
            first_orders.customer_id = orders.customer_id
            and (first_orders.ordered_at, first_orders.order_id)
            > (orders.ordered_at, orders.order_id)
    left join gifts on first_orders.order_id = gifts.order_id
    where orders.order_id is null and gifts.order_id is null

)

select
    customer_id,
    order_id,
    ordered_date,
    days_since,
    ordered_date + {{ days_late }} as last_date,
    store_id,
    net_amount,
    delivered_at,
    evidence
from newcomers
