with

suggestions as (

    select * from {{ ref('cross_sell') }}
    where not is_complement

),

pairs as (

    select * from {{ ref('cross_sell_offer_pairs') }}

),

last_orders as (

    select * from {{ ref('cross_sell_offer_orders') }}

),

baskets as (

    select * from {{ ref('baskets') }}

),

product_types as (

    select * from {{ ref('product_types') }}

),

products as (

    select * from {{ ref('products') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

)

-- The purchase of the last order that goes with it best.
select distinct on (suggestions.customer_id, suggestions.suggestion_rank)
    suggestions.customer_id,
    last_orders.order_id,
    last_orders.ordered_date,
    suggestions.suggestion_rank,
    suggestions.product_type,
    pairs.product_type as source_type,
    pairs.together_count,
    pairs.together_share,
    languages.locale,
    other_types.name_en,
    {{ in_language('other_types.name', 'languages.locale') }} as name,
    source_types.name_en as source_name_en,
    {{ in_language('source_types.name', 'languages.locale') }} as source_name,
    products.product_id,
    suggestions.evidence
from suggestions
inner join last_orders on suggestions.customer_id = last_orders.customer_id
inner join baskets on last_orders.order_id = baskets.order_id
inner join pairs
    on
        baskets.product_type = pairs.product_type
        and suggestions.product_type = pairs.other_type
inner join product_types as source_types
    on pairs.product_type = source_types.product_type
inner join product_types as other_types
    on
        pairs.other_type = other_types.product_type
        and other_types.is_suggestible
inner join products
    on
        suggestions.product_type = products.product_type
        and products.type_rank = 1
left join languages on suggestions.customer_id = languages.customer_id
order by
    suggestions.customer_id asc,
    suggestions.suggestion_rank asc,
    pairs.affinity desc,
    pairs.product_type asc
