{%- set shown_orders = 3 -%}

with

likely as (

    select * from {{ ref('int_next_items') }}
    where item_kind = 'product'

),

order_lines as (

    select * from {{ ref('order_lines') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

bought as (

    select
        likely.customer_id,
        likely.rank,
        order_lines.order_id,
        order_lines.ordered_at,
        order_lines.ordered_date,
        sum(order_lines.quantity) as quantity,
        row_number() over (
            partition by likely.customer_id, likely.rank
            order by order_lines.ordered_at desc, order_lines.order_id desc
        ) as place
    from likely
    inner join order_lines
        on
            likely.customer_id = order_lines.customer_id
            and likely.item_id = order_lines.product_id
    group by
        likely.customer_id,
        likely.rank,
        order_lines.order_id,
        order_lines.ordered_at,
        order_lines.ordered_date

),

listed as (

    select
        customer_id,
        rank,
        jsonb_agg(
            jsonb_build_object(
                'order_id', order_id,
                'ordered_date', ordered_date,
                'quantity', quantity
            )
            order by ordered_at desc, order_id desc
        ) as evidence
    from bought
    where place <= {{ shown_orders }}
    group by customer_id, rank

)

select
    likely.customer_id,
    likely.rank,
    likely.item_id as product_id,
    products.product_name,
    products.product_type,
    likely.purchase_count > 0 as is_own,
    likely.purchase_count,
    likely.last_ordered_at,
    likely.weight,
    likely.popularity,
    likely.score,
    coalesce(listed.evidence, '[]') as evidence
from likely
inner join products on likely.item_id = products.product_id
left join listed
    on
        likely.customer_id = listed.customer_id
        and likely.rank = listed.rank
