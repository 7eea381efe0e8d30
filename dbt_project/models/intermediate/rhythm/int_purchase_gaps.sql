{{ config(materialized='by_customer') }}

{#- Weight of a gap relative to the one after it. -#}
{%- set fading = 0.8 -%}

with

purchase_days as (

    select * from {{ ref('int_purchase_days') }}

),

log_gaps as (

    select
        customer_id,
        product_type,
        ordered_date,
        ln(gap_days::double precision) as log_gap,
        {{ fading }}::double precision ^ (
            count(*) over pairs - row_number() over by_date
        ) as weight
    from purchase_days
    where gap_days is not null
    window
        pairs as (partition by customer_id, product_type),
        by_date as (
            partition by customer_id, product_type
            order by ordered_date
        )

),

summed as (

    select
        customer_id,
        product_type,
        count(*)::int as gap_count,
        sum(log_gap order by ordered_date) as log_gap_sum,
        sum(weight * log_gap order by ordered_date) as faded_log_gap_sum,
        sum(weight order by ordered_date) as faded_gap_count
    from log_gaps
    group by customer_id, product_type

)

select * from summed
