{#- Views and searches older than this many local days no longer count. -#}
{%- set window_days = 90 -%}

with

web_events as (

    select * from {{ ref('stg_web_events') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

searched_types as (

    select * from {{ ref('int_searched_types') }}

),

known_events as (

    select
        event_id,
        customer_id,
        product_id,
        {{ plain_words('search_text') }} as search_words,
        occurred_at,
        {{ shop_time('occurred_at') }}::date as occurred_date
    from web_events
    where
        occurred_at < {{ as_of() }}
        and occurred_at >= {{ shop_moment(as_of_date() ~ ' - ' ~ window_days) }}

),

views as (

    select
        known_events.*,
        products.product_type,
        products.product_name
    from known_events
    inner join products on known_events.product_id = products.product_id
    where products.is_merchandise

),

searches as (

    select
        known_events.*,
        searched_types.product_type,
        null as product_name
    from known_events
    inner join searched_types
        on known_events.search_words = searched_types.search_words

),

views_and_searches as (

    select * from views

    union all

    select * from searches

)

-- The same page viewed, or the same search made, twice on one day counts once.
select distinct on (
    customer_id, product_type, occurred_date, product_id, search_words
)
    event_id,
    customer_id,
    product_type,
    product_id,
    product_name,
    case when product_id is null then search_words end as search_words,
    occurred_at,
    occurred_date
from views_and_searches
order by
    customer_id asc, product_type asc, occurred_date asc,
    product_id asc, search_words asc, occurred_at desc, event_id desc
