{%- set tau_days = 60 -%}
{%- set horizon_days = 56 -%}
{%- set cutoff = as_of_date() ~ ' - ' ~ horizon_days -%}

with

orders as (

    select * from {{ ref('int_orders') }}

),

customers as (

    select
        customer_id,
        {{ decay_weight_at_epoch(
            'ordered_date', tau_days, only='ordered_date < ' ~ cutoff
        ) }} as weight_at_epoch,
        max(ordered_date) >= {{ cutoff }} as has_bought
    from orders
    group by customer_id

),

exposures as (

    select
        {{ decayed_count('weight_at_epoch', tau_days, cutoff) }}
        * {{ horizon_days }} / {{ tau_days }} as exposure,
        has_bought as is_true
    from customers
    where weight_at_epoch is not null

),

calibrated as (

    {{ calibration_factor('exposures') | indent(4) }}

)

select
    {{ horizon_days }} as horizon_days,
    {{ tau_days }} as tau_days,
    row_count,
    observed_share,
    calibration_factor
from calibrated
