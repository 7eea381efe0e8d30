{#- A goodbye to customers who have neither ordered nor visited for a long time.
    The decisions then leave them alone until they order. -#}
{%- set minimum_days = 366 -%}
{#- A page view, or a product in a cart, within this many days is a visit;
    `page_views` goes back no further. -#}
{%- set visit_days = 90 -%}

with

lifecycle as (

    select * from {{ ref('lifecycle') }}

),

baskets as (

    select * from {{ ref('baskets') }}

),

page_views as (

    select * from {{ ref('page_views') }}

),

cart_lines as (

    select * from {{ ref('cart_lines') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

visitors as (

    select customer_id
    from page_views
    where occurred_date >= {{ as_of_date() }} - {{ visit_days }}

    union distinct

    select customer_id
    from cart_lines
    where
        {{ shop_time('added_at') }}::date
        >= {{ as_of_date() }} - {{ visit_days }}

),

gone as (

    select
        lifecycle.*,
        languages.locale
    from lifecycle
    left join visitors on lifecycle.customer_id = visitors.customer_id
    left join languages on lifecycle.customer_id = languages.customer_id
    where
        lifecycle.recency_days >= {{ minimum_days }}
        and visitors.customer_id is null

),

last_orders as (

    select
        gone.customer_id,
        max(baskets.order_id) as order_id,
        max(baskets.ordered_date) as ordered_date,
        {{ basket_evidence('baskets') }} as evidence
    from gone
    inner join baskets
        on
            gone.customer_id = baskets.customer_id
            and gone.last_ordered_at = baskets.ordered_at
    group by gone.customer_id

)

select
    gone.customer_id,
    last_orders.order_id as occasion,
    gone.monetary_quintile / 5.0::double precision as score,
    {{ shop_moment('last_orders.ordered_date + ' ~ minimum_days) }}
        as not_before,
    {{ shop_moment(as_of_date() ~ ' + 30') }} as not_after,
    format(
        'Last ordered on %s, %s days ago, and has not visited the shop in the'
        ' last {{ visit_days }} days.',
        last_orders.ordered_date, gone.recency_days
    ) as reason,
    last_orders.evidence,
    jsonb_build_object(
        'elapsed', {{ elapsed_words('gone.recency_days', 'gone.locale') }}
    ) as context
from gone
inner join last_orders on gone.customer_id = last_orders.customer_id
