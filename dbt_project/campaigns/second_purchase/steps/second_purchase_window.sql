{#- When to invite first-time buyers back, as shares of all who came back on
    their own: from when half of them have, until nearly all have. -#}
{%- set opens_at_share = 0.5 -%}
{%- set closes_at_share = 0.95 -%}

with

orders as (

    select * from {{ ref('kept_orders') }}

),

numbered as (

    select
        row_number() over by_time as order_number,
        lead(ordered_date) over by_time - ordered_date as days_to_next
    from orders
    window by_time as (
        partition by customer_id order by ordered_at, order_id
    )

),

measured as (

    select
        count(*)::int as returner_count,
        percentile_disc({{ opens_at_share }})
        within group (order by days_to_next) as opens_after_days,
        percentile_disc({{ closes_at_share }})
        within group (order by days_to_next) as closes_after_days
    from numbered
    where order_number = 1 and days_to_next is not null

)

select
    returner_count,
    opens_after_days,
    closes_after_days
from measured
