{#- Longer names do not fit into a subject; the name of the type is used
    instead. -#}
{%- set subject_letters = 34 -%}
{%- set title = sentence_case(
    in_language('source_types.name', 'languages.locale')
) -%}

with

suggestions as (

    select * from {{ ref('cross_sell') }}
    where is_complement

),

product_types as (

    select * from {{ ref('product_types') }}

),

products as (

    select * from {{ ref('products') }}

),

baskets as (

    select * from {{ ref('baskets') }}

),

delivered_orders as (

    select * from {{ ref('deliveries') }}

),

gifts as (

    select * from {{ ref('gifts') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

called_for as (

    select
        *,
        evidence #>> '{0,order_id}' as order_id
    from suggestions

)

-- Gifts need no completing here.
select
    called_for.customer_id,
    called_for.order_id,
    baskets.ordered_date,
    delivered_orders.delivered_date,
    {{ as_of_date() }} - delivered_orders.delivered_date as delivered_days,
    called_for.source_type,
    source_types.name_en as source_name,
    languages.locale,
    coalesce(bought.product_name, {{ title }}) as bought_name,
    case
        when length(bought.product_name) <= {{ subject_letters }}
            then bought.product_name
        else {{ title }}
    end as subject_name,
    complement_types.name_en,
    {{ in_language('complement_types.name', 'languages.locale') }} as name,
    called_for.suggestion_rank,
    called_for.product_type,
    products.product_id,
    products.product_name,
    called_for.note,
    called_for.evidence
from called_for
inner join delivered_orders on called_for.order_id = delivered_orders.order_id
inner join baskets
    on
        called_for.order_id = baskets.order_id
        and called_for.source_type = baskets.product_type
inner join product_types as source_types
    on called_for.source_type = source_types.product_type
inner join product_types as complement_types
    on
        called_for.product_type = complement_types.product_type
        and complement_types.is_suggestible
inner join products
    on
        called_for.product_type = products.product_type
        and products.type_rank = 1
left join products as bought on baskets.product_id = bought.product_id
left join gifts on called_for.order_id = gifts.order_id
left join languages on called_for.customer_id = languages.customer_id
where gifts.order_id is null
