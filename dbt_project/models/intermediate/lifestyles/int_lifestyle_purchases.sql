with

baskets as (

    select * from {{ ref('baskets') }}

),

orders as (

    select * from {{ ref('stg_orders') }}

),

gifts as (

    select * from {{ ref('gifts') }}

),

rules as (

    select * from {{ ref('lifestyle_rules') }}

),

spoken as (

    select
        baskets.customer_id,
        rules.lifestyle,
        baskets.product_type,
        baskets.order_id,
        baskets.ordered_at,
        baskets.ordered_date,
        baskets.product_id,
        baskets.quantity,
        rules.weight,
        rules.role = 'required' as is_required
    from baskets
    inner join rules on baskets.product_type = rules.product_type

),

-- Purchases for others say nothing about the customer's own life.
own as (

    select spoken.*
    from spoken
    inner join orders on spoken.order_id = orders.order_id
    left join gifts on spoken.order_id = gifts.order_id
    where gifts.order_id is null and orders.is_gift is not true

)

select * from own
