{%- set shown_returns = 5 -%}

with

returns as (

    select * from {{ ref('stg_returns') }}

),

order_lines as (

    select * from {{ ref('stg_order_lines') }}

),

orders as (

    select * from {{ ref('order_amounts') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

summed as (

    select
        order_line_id,
        sum(quantity) as quantity,
        sum(amount) as amount,
        max(returned_at) as returned_at
    from returns
    where returned_at < {{ as_of() }}
    group by order_line_id

),

numbered as (

    select
        orders.customer_id,
        orders.order_id,
        orders.ordered_date,
        products.product_name,
        least(summed.quantity, order_lines.quantity) as quantity,
        least(summed.amount, order_lines.net_amount) as amount,
        summed.returned_at,
        row_number() over (
            partition by orders.customer_id
            order by summed.returned_at desc, summed.order_line_id desc
        ) as place
    from summed
    inner join order_lines on summed.order_line_id = order_lines.order_line_id
    inner join orders on order_lines.order_id = orders.order_id
    inner join products on order_lines.product_id = products.product_id
    where order_lines.is_sale and products.is_merchandise

)

select
    customer_id,
    count(*)::int as returned_line_count,
    max(returned_at) as last_returned_at,
    jsonb_agg(
        jsonb_build_object(
            'order_id', order_id,
            'ordered_date', ordered_date,
            'product_name', product_name,
            'quantity', quantity,
            'net_amount', amount
        ) order by place
    ) filter (where place <= {{ shown_returns }}) as evidence
from numbered
group by customer_id
