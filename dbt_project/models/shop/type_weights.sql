{{ config(materialized='by_customer') }}

with

purchase_days as (

    select * from {{ ref('int_purchase_days') }}

),

weighed as (

    select
        customer_id,
        product_type,
        count(*)::int as purchase_count,
        max(ordered_date) as last_ordered_date,
        max(last_ordered_at) as last_ordered_at,
        {{ decay_weights('ordered_date') }}
    from purchase_days
    group by customer_id, product_type

)

select * from weighed
