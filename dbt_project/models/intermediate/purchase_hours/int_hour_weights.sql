{{ config(materialized='by_customer') }}

with

orders as (

    select * from {{ ref('kept_orders') }}

),

weighed as (

    select
        customer_id,
        ordered_hour,
        count(*)::int as order_count,
        {{ decay_weights('ordered_date') }}
    from orders
    group by customer_id, ordered_hour

)

select * from weighed
