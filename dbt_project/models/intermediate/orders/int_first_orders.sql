with

orders as (

    select * from {{ ref('kept_orders') }}

),

followed as (

    select
        order_id,
        customer_id,
        ordered_at,
        ordered_date,
        net_amount,
        row_number() over by_time as place,
        lead(ordered_at) over by_time as second_ordered_at,
        lead(ordered_date) over by_time - ordered_date as second_after_days
    from orders
    window by_time as (
        partition by customer_id order by ordered_at, order_id
    )

)

select
    customer_id,
    order_id,
    ordered_at,
    ordered_date,
    net_amount,
    second_ordered_at,
    second_after_days
from followed
where place = 1
