{%- set horizon_days = 365 -%}

with

customers as (

    select * from {{ ref('int_customer_weights') }}

),

calibrations as (

    select * from {{ ref('int_order_rate_calibrations') }}

),

bgnbd_values as (

    select * from {{ ref('stg_bgnbd_values') }}
    where {{ ('bgnbd' in var('fitted_models')) | lower }}

),

shop as (

    select sum(net_amount) / sum(order_count) as mean_order_amount
    from customers

),

expected as (

    select
        customers.customer_id,
        customers.order_count,
        customers.net_amount,
        customers.last_ordered_at,
        calibrations.calibration_factor
        * {{ horizon_days }}
        * {{ decayed_count('customers', 180, as_of_date()) }}
        / calibrations.tau_days
        / {{ seen_share('calibrations.history_days', 'calibrations.tau_days') }}
            as orders,
        (customers.net_amount + shop.mean_order_amount)
        / (customers.order_count + 1) as order_amount
    from customers
    cross join calibrations
    cross join shop

)

select
    expected.customer_id,
    expected.order_count,
    expected.net_amount::numeric(14, 2) as net_amount,
    expected.last_ordered_at,
    (expected.net_amount / expected.order_count)::numeric(14, 2)
        as mean_order_amount,
    expected.order_amount::numeric(14, 2) as expected_order_amount,
    expected.orders as expected_orders_365_days,
    (expected.orders::numeric * expected.order_amount)::numeric(14, 2)
        as expected_spend_365_days,
    bgnbd_values.expected_orders as bgnbd_orders_365_days,
    (
        bgnbd_values.expected_orders::numeric
        * bgnbd_values.expected_order_amount::numeric
    )::numeric(14, 2) as bgnbd_spend_365_days
from expected
left join bgnbd_values on expected.customer_id = bgnbd_values.customer_id
