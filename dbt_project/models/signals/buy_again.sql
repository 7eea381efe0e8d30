{%- set shown_orders = 3 -%}

with

likely as (

    select * from {{ ref('int_next_items') }}
    where item_kind = 'product_type'

),

baskets as (

    select * from {{ ref('baskets') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

numbered as (

    select
        likely.customer_id,
        likely.rank,
        baskets.order_id,
        baskets.ordered_at,
        baskets.ordered_date,
        baskets.product_id,
        baskets.quantity,
        row_number() over (
            partition by likely.customer_id, likely.rank
            order by baskets.ordered_at desc, baskets.order_id desc
        ) as place
    from likely
    inner join baskets
        on
            likely.customer_id = baskets.customer_id
            and likely.item_id = baskets.product_type

),

listed as (

    select
        numbered.customer_id,
        numbered.rank,
        jsonb_agg(
            jsonb_build_object(
                'order_id', numbered.order_id,
                'ordered_date', numbered.ordered_date,
                'product_name', products.product_name,
                'quantity', numbered.quantity
            )
            order by numbered.ordered_at desc, numbered.order_id desc
        ) as evidence
    from numbered
    inner join products on numbered.product_id = products.product_id
    where numbered.place <= {{ shown_orders }}
    group by numbered.customer_id, numbered.rank

)

select
    likely.customer_id,
    likely.rank,
    likely.item_id as product_type,
    likely.purchase_count > 0 as is_own,
    likely.purchase_count,
    likely.last_ordered_at,
    likely.weight,
    likely.popularity,
    likely.score,
    coalesce(listed.evidence, '[]') as evidence
from likely
left join listed
    on
        likely.customer_id = listed.customer_id
        and likely.rank = listed.rank
