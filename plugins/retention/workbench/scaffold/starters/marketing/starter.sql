{#- Customers who have just placed an order with a round number. Nobody has
    10000 orders: when the mails are ready, set the real number here and in
    the tests of the .yml. -#}
{%- set order_number = 10000 -%}
{%- set maximum_days = 7 -%}

with

lifecycle as (

    select * from {{ ref('lifecycle') }}

),

reached as (

    select
        customer_id,
        order_count,
        recency_days,
        {{ shop_time('last_ordered_at') }}::date as last_ordered_date
    from lifecycle
    where
        order_count = {{ order_number }}
        and recency_days <= {{ maximum_days }}

)

select
    customer_id,
    'order-{{ order_number }}' as occasion,
    ({{ maximum_days }} + 1 - recency_days)::double precision
    / ({{ maximum_days }} + 1) as score,
    {{ shop_moment('last_ordered_date') }} as not_before,
    {{ shop_moment('last_ordered_date + ' ~ (maximum_days + 1)) }}
        as not_after,
    format(
        'Placed order number %s on %s.', order_count, last_ordered_date
    ) as reason,
    jsonb_build_array(
        jsonb_build_object(
            'order_count', order_count,
            'last_ordered_date', last_ordered_date
        )
    ) as evidence,
    jsonb_build_object('order_count', order_count) as context
from reached
