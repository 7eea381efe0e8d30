with

items as (

    select * from {{ ref('newsletter_items') }}
    where issue = to_char({{ as_of_date() }}, 'IYYY-"W"IW')

),

product_types as (

    select * from {{ ref('product_types') }}

),

leading_products as (

    select * from {{ ref('products') }}
    where type_rank = 1

),

shown as (

    select
        {%- for locale in var('mail_locales') %}
            jsonb_agg(
                {{ mail_item(
                    'product_types.name_' ~ locale,
                    'leading_products.product_id'
                ) }} order by listed.place
            ) as products_{{ locale }},
        {%- endfor %}
        items.item
    from items
    cross join
        string_to_table(items.product_types, ';')
        with ordinality as listed (product_type, place)
    inner join product_types
        on listed.product_type = product_types.product_type
    inner join leading_products
        on listed.product_type = leading_products.product_type
    group by items.item

)

select
    {%- for locale in var('mail_locales') %}
        items.headline_{{ locale }},
        jsonb_build_object(
            'headline', items.headline_{{ locale }},
            'text', items.text_{{ locale }},
            'url', items.url,
            'products', shown.products_{{ locale }}
        ) as entry_{{ locale }},
    {%- endfor %}
    items.issue,
    items.item,
    items.interest
from items
left join shown on items.item = shown.item
