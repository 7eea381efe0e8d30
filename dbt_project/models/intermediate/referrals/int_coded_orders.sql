with

orders as (

    select * from {{ ref('int_owned_orders') }}

),

coded_orders as (

    select
        order_id,
        owner_customer_id as customer_id,
        ordered_at,
        currency,
        status = 'cancelled' as is_cancelled,
        {{ typed_referral_code('referral_code') }} as referral_code,
        {{ shop_time('ordered_at') }}::date + {{ var('referral_return_days') }}
            as window_end_date
    from orders
    where {{ typed_referral_code('referral_code') }} <> ''

)

select * from coded_orders
