{#- Customers with a cart that was touched within this many days get the mail
    about the cart. -#}
{%- set cart_days = 30 -%}

with

interests as (

    select * from {{ ref('browse_interest') }}

),

waves as (

    select * from {{ ref('browse_reminder_waves') }}

),

carts as (

    select * from {{ ref('abandoned_carts') }}

),

orders as (

    select * from {{ ref('order_amounts') }}

),

full_carts as (

    select distinct customer_id
    from carts
    where idle_hours < 24 * {{ cart_days }}

),

last_orders as (

    select
        customer_id,
        max(ordered_at) as last_ordered_at
    from orders
    group by customer_id

)

-- Customers who have ordered since, even something else, have made their
-- choice.
select
    interests.customer_id,
    interests.product_type,
    interests.interest,
    interests.day_count,
    waves.first_looked_date,
    {{ shop_time('interests.last_looked_at') }}::date as last_looked_date,
    interests.product_id,
    interests.evidence
from interests
inner join waves
    on
        interests.customer_id = waves.customer_id
        and interests.product_type = waves.product_type
left join full_carts on interests.customer_id = full_carts.customer_id
left join last_orders on interests.customer_id = last_orders.customer_id
where
    full_carts.customer_id is null
    and (last_orders.last_ordered_at < interests.last_looked_at) is not false
