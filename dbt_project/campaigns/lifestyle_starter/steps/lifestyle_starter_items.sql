{#- What the steps show: no type that was bought within this many days. -#}
{%- set owned_days = 365 -%}

with

lifestyles as (

    select * from {{ ref('lifestyles') }}

),

steps as (

    select * from {{ ref('lifestyle_steps') }}

),

purchases as (

    select * from {{ ref('type_weights') }}
    where last_ordered_date >= {{ as_of_date() }} - {{ owned_days }}

),

leading_products as (

    select * from {{ ref('products') }}
    where type_rank = 1

),

product_types as (

    select * from {{ ref('product_types') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

shown as (

    select
        steps.lifestyle,
        steps.step,
        listed.product_type,
        listed.place
    from steps
    cross join
        string_to_table(steps.product_types, ';')
        with ordinality as listed (product_type, place)

)

select
    lifestyles.customer_id,
    shown.lifestyle,
    shown.step,
    jsonb_agg(
        {{ mail_item(
            in_language('product_types.name', 'languages.locale'),
            'leading_products.product_id'
        ) }} order by shown.place
    ) as items
from lifestyles
inner join shown on lifestyles.lifestyle = shown.lifestyle
inner join product_types on shown.product_type = product_types.product_type
inner join leading_products
    on shown.product_type = leading_products.product_type
left join purchases
    on
        lifestyles.customer_id = purchases.customer_id
        and shown.product_type = purchases.product_type
left join languages on lifestyles.customer_id = languages.customer_id
where purchases.customer_id is null
group by lifestyles.customer_id, shown.lifestyle, shown.step
