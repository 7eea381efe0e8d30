{#- Suggestions: types bought by the most customers in this many last days, and
    not yet by this one. -#}
{%- set popular_days = 28 -%}
{%- set suggestion_count = 4 -%}

with

lifecycle as (

    select * from {{ ref('lifecycle') }}

),

baskets as (

    select * from {{ ref('baskets') }}

),

product_types as (

    select * from {{ ref('product_types') }}
    where is_suggestible

),

languages as (

    select * from {{ ref('mail_languages') }}

),

counted as (

    select
        baskets.product_type,
        count(distinct baskets.customer_id) as customer_count,
        mode() within group (order by baskets.product_id) as product_id
    from baskets
    inner join product_types
        on baskets.product_type = product_types.product_type
    where baskets.ordered_date >= {{ as_of_date() }} - {{ popular_days }}
    group by baskets.product_type

),

ranked as (

    select
        lifecycle.customer_id,
        counted.*,
        row_number() over (
            partition by lifecycle.customer_id
            order by counted.customer_count desc, counted.product_type asc
        ) as place
    from lifecycle
    cross join counted
    left join baskets
        on
            lifecycle.customer_id = baskets.customer_id
            and counted.product_type = baskets.product_type
    where lifecycle.order_count = 1 and baskets.customer_id is null

)

select
    ranked.customer_id,
    jsonb_agg(
        {{ mail_item(
            in_language('product_types.name', 'languages.locale'),
            'ranked.product_id'
        ) }} order by ranked.place
    ) as suggestions
from ranked
inner join product_types on ranked.product_type = product_types.product_type
left join languages on ranked.customer_id = languages.customer_id
where ranked.place <= {{ suggestion_count }}
group by ranked.customer_id
