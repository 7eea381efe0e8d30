with

carts as (

    select * from {{ ref('stg_carts') }}

),

orders as (

    select * from {{ ref('stg_orders') }}

),

order_lines as (

    select * from {{ ref('stg_order_lines') }}

),

known_lines as (

    select
        cart_line_id,
        cart_id,
        max(customer_id) over (partition by cart_id) as customer_id,
        product_id,
        quantity,
        added_at,
        case when removed_at < {{ as_of() }} then removed_at end as removed_at
    from carts
    where added_at < {{ as_of() }}

),

-- Includes purchases that were returned later: they were purchases all the
-- same.
purchases as (

    select
        orders.customer_id,
        order_lines.product_id,
        max(orders.ordered_at) as last_ordered_at
    from orders
    inner join order_lines on orders.order_id = order_lines.order_id
    where
        orders.ordered_at < {{ as_of() }}
        and orders.status <> 'cancelled'
        and order_lines.is_sale
        and orders.customer_id in (
            select known_lines.customer_id from known_lines
        )
    group by orders.customer_id, order_lines.product_id

),

-- The price of one piece at the product's last sale to anyone.
prices as (

    select distinct on (order_lines.product_id)
        order_lines.product_id,
        order_lines.net_amount / order_lines.quantity as price
    from order_lines
    inner join orders on order_lines.order_id = orders.order_id
    where
        order_lines.product_id in (
            select known_lines.product_id from known_lines
        )
        and orders.ordered_at < {{ as_of() }}
        and orders.status <> 'cancelled'
        and orders.currency = '{{ var("shop_currency") }}'
        and order_lines.is_sale
    order by
        order_lines.product_id asc, orders.ordered_at desc,
        order_lines.order_line_id desc

)

select
    known_lines.cart_line_id,
    known_lines.cart_id,
    known_lines.customer_id,
    known_lines.product_id,
    known_lines.quantity,
    known_lines.added_at,
    known_lines.removed_at,
    coalesce(purchases.last_ordered_at >= known_lines.added_at, false)
        as is_bought,
    known_lines.removed_at is null
    and coalesce(purchases.last_ordered_at < known_lines.added_at, true)
        as is_left,
    round(prices.price * known_lines.quantity, 2) as net_amount
from known_lines
left join purchases
    on
        known_lines.customer_id = purchases.customer_id
        and known_lines.product_id = purchases.product_id
left join prices on known_lines.product_id = prices.product_id
where known_lines.customer_id is not null
