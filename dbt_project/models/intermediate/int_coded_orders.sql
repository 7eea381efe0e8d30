with

orders as (

    select * from {{ ref('stg_orders') }}

),

merged_customers as (

    select * from {{ ref('merged_customers') }}
    where merged_date < {{ as_of_date() }}

),

coded_orders as (

    select
        orders.order_id,
        orders.ordered_at,
        orders.currency,
        orders.status = 'cancelled' as is_cancelled,
        {{ typed_referral_code('orders.referral_code') }} as referral_code,
        {{ shop_time('orders.ordered_at') }}::date
        + {{ var('referral_return_days') }} as window_end_date,
        coalesce(merged_customers.customer_id, orders.customer_id)
            as customer_id
    from orders
    left join merged_customers
        on orders.customer_id = merged_customers.old_customer_id
    where
        orders.ordered_at < {{ as_of() }}
        and {{ typed_referral_code('orders.referral_code') }} <> ''

)

select * from coded_orders
