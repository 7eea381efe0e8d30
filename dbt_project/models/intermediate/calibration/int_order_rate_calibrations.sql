{%- set tau_days = 180 -%}
{%- set longest_window_days = 365 -%}

with

orders as (

    select * from {{ ref('kept_orders') }}

),

-- The window that has just ended: a year, or half of the history if that is
-- shorter.
windows as (

    select
        {{ as_of_date() }} - min(ordered_date) as history_days,
        least(
            ({{ as_of_date() }} - min(ordered_date)) / 2,
            {{ longest_window_days }}
        ) as window_days
    from orders

),

customers as (

    select
        orders.customer_id,
        windows.window_days,
        windows.history_days,
        {{ decay_weight_at_epoch(
            'orders.ordered_date',
            tau_days,
            only='orders.ordered_date < '
                ~ as_of_date() ~ ' - windows.window_days'
        ) }} as weight_180_at_epoch,
        count(*) filter (
            where
            orders.ordered_date >= {{ as_of_date() }} - windows.window_days
        ) as order_count
    from orders
    cross join windows
    group by
        orders.customer_id, windows.window_days, windows.history_days

),

exposures as (

    select
        customers.window_days,
        customers.history_days,
        customers.order_count,
        {{ decayed_count(
            'customers',
            tau_days,
            as_of_date() ~ ' - customers.window_days'
        ) }} * customers.window_days / {{ tau_days }}
        / {{ seen_share(
            'customers.history_days - customers.window_days', tau_days
        ) }} as exposure
    from customers
    where customers.weight_180_at_epoch is not null

),

-- With numerics a sum is the same in any order of its terms.
calibrated as (

    select
        max(window_days)::int as window_days,
        max(history_days)::int as history_days,
        count(*)::int as customer_count,
        coalesce(sum(order_count), 0)::int as order_count,
        coalesce(sum(exposure::numeric), 0)::double precision as exposure
    from exposures

)

select
    {{ tau_days }} as tau_days,
    history_days,
    window_days,
    customer_count,
    order_count,
    exposure,
    case when exposure > 0 then order_count / exposure else 1 end
        as calibration_factor
from calibrated
