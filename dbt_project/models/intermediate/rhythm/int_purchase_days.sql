{{ config(materialized='by_customer') }}

with

baskets as (

    select * from {{ ref('baskets') }}

),

followed as (

    select
        customer_id,
        product_type,
        ordered_date,
        ordered_at,
        order_id,
        lead(ordered_date) over by_time as next_date
    from baskets
    window by_time as (
        partition by customer_id, product_type
        order by ordered_date, ordered_at, order_id
    )

),

-- The last order of each day represents the day. Both window functions read the
-- baskets in the order in which they are stored, so nothing is sorted.
days as (

    select * from followed
    where next_date is distinct from ordered_date

),

spaced as (

    select
        customer_id,
        product_type,
        ordered_date,
        ordered_at as last_ordered_at,
        ordered_date - lag(ordered_date) over by_time as gap_days
    from days
    window by_time as (
        partition by customer_id, product_type
        order by ordered_date, ordered_at, order_id
    )

)

select * from spaced
