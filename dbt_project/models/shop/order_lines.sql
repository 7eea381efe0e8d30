with

orders as (

    select * from {{ ref('stg_orders') }}

),

order_lines as (

    select * from {{ ref('stg_order_lines') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

returns as (

    select * from {{ ref('stg_returns') }}

),

known_orders as (

    select
        order_id,
        customer_id,
        ordered_at,
        {{ shop_time('ordered_at') }}::date as ordered_date
    from orders
    where ordered_at < {{ as_of() }} and status <> 'cancelled'

),

known_returns as (

    select
        order_line_id,
        sum(quantity) as quantity,
        sum(amount) as amount
    from returns
    where returned_at < {{ as_of() }}
    group by order_line_id

),

merchandise as (

    select
        product_id,
        product_type
    from products
    where is_merchandise

),

netted as (

    select
        order_lines.order_line_id,
        order_lines.order_id,
        known_orders.customer_id,
        known_orders.ordered_at,
        known_orders.ordered_date,
        order_lines.product_id,
        merchandise.product_type,
        order_lines.quantity
        - coalesce(known_returns.quantity, 0) as quantity,
        greatest(
            order_lines.net_amount - coalesce(known_returns.amount, 0), 0
        ) as net_amount
    from order_lines
    inner join known_orders on order_lines.order_id = known_orders.order_id
    inner join merchandise on order_lines.product_id = merchandise.product_id
    left join known_returns
        on order_lines.order_line_id = known_returns.order_line_id
    where order_lines.is_sale

),

kept as (

    select * from netted
    where quantity > 0

)

select * from kept
