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

-- Of each type the likeliest product.
of_types as (

    select distinct on (likely.customer_id, likely.product_type)
        {%- for locale in var('mail_locales') %}
            product_types.name_{{ locale }},
        {%- endfor %}
        likely.customer_id,
        likely.product_id,
        likely.rank
    from likely_products as likely
    inner join product_types
        on likely.product_type = product_types.product_type
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
    {%- for locale in var('mail_locales') %}
        jsonb_agg(
            {{ mail_item('name_' ~ locale, 'product_id') }} order by place
        ) as favourites_{{ locale }},
    {%- endfor %}
    customer_id
from ranked
where place <= {{ favourite_count }}
group by customer_id
