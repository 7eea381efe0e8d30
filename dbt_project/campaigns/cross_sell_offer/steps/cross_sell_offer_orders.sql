with

orders as (

    select * from {{ ref('kept_orders') }}

),

gifts as (

    select * from {{ ref('gifts') }}

),

complements as (

    select * from {{ ref('cross_sell') }}
    where is_complement

),

product_types as (

    select * from {{ ref('product_types') }}
    where is_suggestible

),

last_orders as (

    select distinct on (customer_id)
        customer_id,
        order_id,
        ordered_date
    from orders
    order by customer_id asc, ordered_at desc, order_id desc

),

-- These are left to complete_the_set, which writes when they have arrived.
incomplete_orders as (

    select complements.evidence #>> '{0,order_id}' as order_id
    from complements
    inner join product_types
        on complements.product_type = product_types.product_type

)

select
    customer_id,
    order_id,
    ordered_date
from last_orders
where
    not exists (
        select from incomplete_orders
        where incomplete_orders.order_id = last_orders.order_id
    )
    and not exists (
        select from gifts
        where gifts.order_id = last_orders.order_id
    )
