with

cart_lines as (

    select * from {{ ref('cart_lines') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

orders as (

    select * from {{ ref('kept_orders') }}

),

last_orders as (

    select
        customer_id,
        max(ordered_at) as last_ordered_at
    from orders
    group by customer_id

),

numbered as (

    select
        cart_lines.*,
        products.product_name,
        row_number() over (
            partition by cart_lines.cart_id, cart_lines.is_left
            order by
                cart_lines.net_amount desc nulls last,
                cart_lines.added_at desc,
                cart_lines.cart_line_id asc
        ) as place
    from cart_lines
    left join products on cart_lines.product_id = products.product_id

),

summed as (

    select
        cart_id,
        customer_id,
        count(*) filter (where is_left)::int as line_count,
        count(*) filter (where is_bought)::int as bought_line_count,
        sum(quantity) filter (where is_left) as quantity,
        sum(net_amount) filter (where is_left) as net_amount,
        count(*) filter (where is_left and net_amount is null)::int
            as unpriced_line_count,
        min(added_at) filter (where is_left) as first_added_at,
        max(added_at) filter (where is_left) as last_added_at,
        greatest(max(added_at), max(removed_at)) as last_touched_at,
        max(product_id) filter (where is_left and place = 1) as product_id,
        max(product_name) filter (where is_left and place = 1) as product_name,
        jsonb_agg(
            jsonb_build_object(
                'added_date', {{ shop_time('added_at') }}::date,
                'product_id', product_id,
                'product_name', product_name,
                'quantity', quantity,
                'net_amount', net_amount
            ) order by place
        ) filter (where is_left) as evidence
    from numbered
    group by cart_id, customer_id

)

select
    summed.cart_id,
    summed.customer_id,
    summed.line_count,
    summed.bought_line_count,
    summed.quantity::numeric(14, 3) as quantity,
    summed.net_amount::numeric(14, 2) as net_amount,
    summed.unpriced_line_count,
    summed.product_id,
    summed.product_name,
    summed.first_added_at,
    summed.last_added_at,
    summed.last_touched_at,
    (
        extract(epoch from {{ as_of() }} - summed.last_touched_at) / 3600
    )::numeric(12, 3) as idle_hours,
    last_orders.last_ordered_at,
    summed.evidence
from summed
left join last_orders on summed.customer_id = last_orders.customer_id
where summed.line_count > 0
