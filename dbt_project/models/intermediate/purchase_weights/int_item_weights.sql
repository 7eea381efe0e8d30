{#- Popularity is measured over the baskets of this many local days. -#}
{%- set popularity_days = 28 -%}

with

order_lines as (

    select * from {{ ref('order_lines') }}

),

type_weights as (

    select * from {{ ref('type_weights') }}

),

product_weights as (

    select * from {{ ref('int_product_weights') }}

),

recent_baskets as (

    select distinct
        order_id,
        unnest(array['product_type', 'product']) as item_kind,
        unnest(array[product_type, product_id]) as item_id
    from order_lines
    where ordered_date >= {{ as_of_date() }} - {{ popularity_days }}

),

basket_counts as (

    select
        item_kind,
        item_id,
        count(*)::int as basket_count
    from recent_baskets
    group by item_kind, item_id

),

all_baskets as (

    select count(distinct order_id)::double precision as basket_count
    from recent_baskets

),

items as (

    select
        'product_type' as item_kind,
        product_type as item_id,
        count(*)::int as customer_count,
        {{ for_each_tau(
            'sum(weight_{tau}_at_epoch order by customer_id)'
            ~ ' as weight_{tau}_at_epoch'
        ) }}
    from type_weights
    group by product_type

    union all

    select
        'product' as item_kind,
        product_id as item_id,
        count(*)::int as customer_count,
        {{ for_each_tau(
            'sum(weight_{tau}_at_epoch order by customer_id)'
            ~ ' as weight_{tau}_at_epoch'
        ) }}
    from product_weights
    group by product_id

)

select
    items.item_kind,
    items.item_id,
    items.customer_count,
    coalesce(basket_counts.basket_count, 0) as basket_count,
    coalesce(basket_counts.basket_count / all_baskets.basket_count, 0)
        as popularity,
    {{ for_each_tau('items.weight_{tau}_at_epoch') }}
from items
left join basket_counts
    on
        items.item_kind = basket_counts.item_kind
        and items.item_id = basket_counts.item_id
cross join all_baskets
