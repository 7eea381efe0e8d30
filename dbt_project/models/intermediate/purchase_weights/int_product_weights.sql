{{ config(materialized='by_customer') }}
-- depends_on: {{ ref('int_customer_versions') }}

with

order_lines as (

    select * from {{ ref('order_lines') }}

),

-- Two orders with the product on one day are one purchase.
purchase_days as (

    select
        customer_id,
        product_id,
        product_type,
        ordered_date,
        max(ordered_at) as last_ordered_at
    from order_lines
    group by customer_id, product_id, product_type, ordered_date

),

weighed as (

    select
        customer_id,
        product_id,
        product_type,
        count(*)::int as purchase_count,
        max(ordered_date) as last_ordered_date,
        max(last_ordered_at) as last_ordered_at,
        {{ decay_weights('ordered_date') }}
    from purchase_days
    group by customer_id, product_id, product_type

)

select * from weighed
