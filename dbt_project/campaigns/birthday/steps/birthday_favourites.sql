{#- Products that a customer buys repeatedly, of types that a mail may suggest
    to anyone: no detergent for a birthday. -#}
{%- set favourite_count = 4 -%}
{%- set minimum_purchases = 2 -%}

with

likely_products as (

    select * from {{ ref('buy_again_products') }}
    where purchase_count >= {{ minimum_purchases }}

),

product_types as (

    select * from {{ ref('product_types') }}
    where is_suggestible

),

languages as (

    select * from {{ ref('mail_languages') }}

),

-- Of each type the likeliest product.
of_types as (

    select distinct on (likely.customer_id, likely.product_type)
        likely.customer_id,
        likely.product_id,
        likely.rank,
        product_types.name_en,
        {{ in_language('product_types.name', 'languages.locale') }} as name
    from likely_products as likely
    inner join product_types
        on likely.product_type = product_types.product_type
    left join languages on likely.customer_id = languages.customer_id
    order by
        likely.customer_id asc, likely.product_type asc, likely.rank asc

),

ranked as (

    select
        *,
        row_number() over (partition by customer_id order by rank) as place
    from of_types

)

select
    customer_id,
    jsonb_agg({{ mail_item('name', 'product_id') }} order by place)
        as favourites,
    jsonb_agg({{ mail_item('name_en', 'product_id') }} order by place)
        as evidence
from ranked
where place <= {{ favourite_count }}
group by customer_id
