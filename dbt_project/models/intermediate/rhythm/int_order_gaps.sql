{{ config(materialized='by_customer') }}

{#- Weight of a gap relative to the one after it. -#}
{%- set fading = 0.8 -%}

with

orders as (

    select * from {{ ref('kept_orders') }}

),

order_days as (

    select distinct
        customer_id,
        ordered_date
    from orders

),

gaps as (

    select
        customer_id,
        ordered_date - lag(ordered_date) over by_date as gap_days,
        {{ fading }}::double precision ^ (
            count(*) over customers - row_number() over by_date
        ) as weight,
        ordered_date
    from order_days
    window
        customers as (partition by customer_id),
        by_date as (
            partition by customer_id
            order by ordered_date
        )

),

averaged as (

    select
        customer_id,
        count(*)::int as gap_count,
        sum(weight * gap_days order by ordered_date)
        / sum(weight order by ordered_date) as typical_gap_days
    from gaps
    where gap_days is not null
    group by customer_id

)

select * from averaged
