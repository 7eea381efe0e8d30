{#- A page view or search this many local days old counts 0.37 of one today. -#}
{%- set tau_days = 14 -%}
{%- set shown_looks = 5 -%}

with

page_views as (

    select * from {{ ref('page_views') }}

),

baskets as (

    select * from {{ ref('baskets') }}

),

purchases as (

    select
        customer_id,
        product_type,
        max(ordered_at) as last_ordered_at
    from baskets
    group by customer_id, product_type

),

-- A purchase of the type cancels all earlier page views and searches.
unanswered as (

    select
        page_views.*,
        purchases.last_ordered_at,
        exp(
            (page_views.occurred_date - {{ as_of_date() }})::numeric
            / {{ tau_days }}
        ) as weight
    from page_views
    left join purchases
        on
            page_views.customer_id = purchases.customer_id
            and page_views.product_type = purchases.product_type
    where
        purchases.last_ordered_at is null
        or purchases.last_ordered_at < page_views.occurred_at

),

numbered as (

    select
        *,
        sum(weight) over (
            partition by customer_id, product_type, product_id
        ) as product_weight,
        row_number() over (
            partition by customer_id, product_type
            order by occurred_at desc, event_id desc
        ) as place
    from unanswered

)

select
    customer_id,
    product_type,
    sum(weight)::numeric(14, 9) as interest,
    count(product_id)::int as view_count,
    (count(*) - count(product_id))::int as search_count,
    count(distinct occurred_date)::int as day_count,
    max(occurred_at) as last_looked_at,
    (
        array_agg(
            product_id
            order by product_weight desc, occurred_at desc, event_id desc
        ) filter (where product_id is not null)
    )[1] as product_id,
    (
        array_agg(
            product_name
            order by product_weight desc, occurred_at desc, event_id desc
        ) filter (where product_id is not null)
    )[1] as product_name,
    max(last_ordered_at) as last_ordered_at,
    jsonb_agg(
        jsonb_strip_nulls(jsonb_build_object(
            'looked_date', occurred_date,
            'product_name', product_name,
            'search_text', search_words
        )) order by place
    ) filter (where place <= {{ shown_looks }}) as evidence
from numbered
group by customer_id, product_type
