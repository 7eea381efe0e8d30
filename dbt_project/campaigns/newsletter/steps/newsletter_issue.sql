{%- set headline = in_language('items.headline', 'locales.locale') -%}

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

locales as (

    select *
    from unnest(array[{{ quoted_list(var('mail_locales')) }}])
        as languages (locale)

),

shown as (

    select
        items.item,
        locales.locale,
        jsonb_agg(
            {{ mail_item(
                in_language('product_types.name', 'locales.locale'),
                'leading_products.product_id'
            ) }} order by listed.place
        ) as products
    from items
    cross join locales
    cross join
        string_to_table(items.product_types, ';')
        with ordinality as listed (product_type, place)
    inner join product_types
        on listed.product_type = product_types.product_type
    inner join leading_products
        on listed.product_type = leading_products.product_type
    group by items.item, locales.locale

)

select
    items.issue,
    items.item,
    items.interest,
    locales.locale,
    {{ headline }} as headline,
    jsonb_build_object(
        'headline', {{ headline }},
        'text', {{ in_language('items.text', 'locales.locale') }},
        'url', items.url,
        'products', shown.products
    ) as entry
from items
cross join locales
left join shown on items.item = shown.item and locales.locale = shown.locale
