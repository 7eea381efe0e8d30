{%- set tau_days = 180 -%}

with

orders as (

    select * from {{ ref('int_orders') }}

),

weighed as (

    select
        customer_id,
        ordered_hour,
        count(*)::int as order_count,
        {{ tau_days }} as tau_days,
        {{ decay_weight_at_epoch('ordered_date', tau_days) }}
            as weight_at_epoch
    from orders
    group by customer_id, ordered_hour

)

select * from weighed
