with

customers as (

    select * from {{ ref('int_customer_weights') }}

),

gaps as (

    select * from {{ ref('int_order_gaps') }}

),

parameters as (

    select * from {{ ref('signal_parameters') }}
    where night_date = {{ as_of_date() }} and signal = 'lifecycle'

),

shop as (

    select
        percentile_cont(0.5) within group (order by typical_gap_days)
            as typical_gap_days
    from gaps

),

measured as (

    select
        customers.*,
        {{ as_of_date() }} - customers.last_ordered_date as recency_days,
        case
            when customers.order_count >= 3 then gaps.typical_gap_days
        end as typical_gap_days,
        shop.typical_gap_days as shop_gap_days,
        1 - exp(
            -parameters.calibration_factor * parameters.horizon_days
            * {{ decayed_count(
                'customers', 'parameters.tau_days', as_of_date()
            ) }}
            / parameters.tau_days
        ) as activity_probability
    from customers
    left join gaps on customers.customer_id = gaps.customer_id
    cross join parameters
    cross join shop

),

-- Days since the last order in the customer's own gaps, or in the shop's median
-- gap when there are too few orders. A gap shorter than a week counts as a
-- week.
missed as (

    select
        measured.*,
        measured.recency_days / measured.typical_gap_days as hiatus_ratio,
        measured.recency_days / greatest(
            coalesce(measured.typical_gap_days, measured.shop_gap_days), 7
        ) as missed_orders
    from measured

)

select
    customer_id,
    first_ordered_at,
    last_ordered_at,
    order_count,
    recency_days,
    net_amount::numeric(14, 2) as net_amount,
    spend_365_days::numeric(14, 2) as spend_365_days,
    typical_gap_days::numeric(24, 12) as typical_gap_days,
    hiatus_ratio::numeric(24, 12) as hiatus_ratio,
    activity_probability,
    {{ quintile('last_ordered_at') }} as recency_quintile,
    {{ quintile('order_count') }} as frequency_quintile,
    {{ quintile('net_amount') }} as monetary_quintile,
    case
        when order_count = 1 and recency_days <= 30 then 'new'
        when order_count = 1 then 'one_time'
        when missed_orders <= 2 then 'active'
        when missed_orders <= 4 then 'cooling'
        when missed_orders <= 8 then 'lapsing'
        else 'lapsed'
    end as stage
from missed
