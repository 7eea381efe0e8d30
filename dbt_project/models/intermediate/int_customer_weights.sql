{%- set tau_days = 60 -%}

with

orders as (

    select * from {{ ref('int_orders') }}

),

weighed as (

    select
        customer_id,
        count(*)::int as order_count,
        min(ordered_at) as first_ordered_at,
        max(ordered_at) as last_ordered_at,
        max(ordered_date) as last_ordered_date,
        sum(net_amount) as net_amount,
        coalesce(
            sum(net_amount) filter (
                where ordered_date >= {{ as_of_date() }} - 365
            ),
            0
        ) as spend_365_days,
        {{ tau_days }} as tau_days,
        {{ decay_weight_at_epoch('ordered_date', tau_days) }}
            as weight_at_epoch
    from orders
    group by customer_id

)

select * from weighed
