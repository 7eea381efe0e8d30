with

orders as (

    select * from {{ ref('kept_orders') }}

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
        {{ decay_weights('ordered_date') }}
    from orders
    group by customer_id

)

select * from weighed
