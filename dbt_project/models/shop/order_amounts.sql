with

placed_orders as (

    select * from {{ ref('int_placed_orders') }}

),

order_lines as (

    select * from {{ ref('stg_order_lines') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

kept_orders as (

    select * from {{ ref('kept_orders') }}

),

summed as (

    select
        order_lines.order_id,
        sum(order_lines.net_amount) as total_amount,
        sum(least(order_lines.net_amount, 0)) as deducted_amount,
        sum((order_lines.is_sale and products.is_merchandise)::int)::int
            as bought_line_count,
        sum(order_lines.net_amount) filter (
            where order_lines.is_sale and products.is_merchandise
        ) as bought_amount
    from order_lines
    left join products on order_lines.product_id = products.product_id
    group by order_lines.order_id

),

paid as (

    select
        placed_orders.*,
        kept_orders.order_id is not null as is_kept,
        summed.bought_line_count,
        summed.bought_amount,
        summed.total_amount + placed_orders.shipping_amount as total_amount,
        coalesce(kept_orders.net_amount, 0) as kept_amount,
        greatest(
            kept_orders.net_amount + summed.deducted_amount
            {%- if var('spend_includes_shipping') %}
            + placed_orders.shipping_amount
            {%- endif %}
            - placed_orders.gift_card_amount, 0
        ) as paid_amount
    from placed_orders
    inner join summed on placed_orders.order_id = summed.order_id
    left join kept_orders on placed_orders.order_id = kept_orders.order_id
    where summed.bought_line_count > 0

)

select
    order_id,
    customer_id,
    ordered_at,
    ordered_date,
    currency,
    is_kept,
    bought_line_count,
    bought_amount,
    kept_amount,
    gift_card_amount,
    paid_amount,
    paid_amount
    {%- if not var('spend_includes_tax') %}
    - round(coalesce(tax_amount * paid_amount / nullif(total_amount, 0), 0), 2)
    {%- endif %} as spend
from paid
