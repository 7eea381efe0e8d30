{%- set tau_days = 120 -%}
{%- set horizon_days = 14 -%}
{%- set minimum_purchases = 3 -%}
{%- set cutoff = as_of_date() ~ ' - ' ~ horizon_days -%}

with

purchase_days as (

    select * from {{ ref('int_purchase_days') }}

),

pairs as (

    select
        customer_id,
        product_type,
        count(*) filter (where ordered_date < {{ cutoff }}) as purchase_count,
        {{ decay_weight_at_epoch(
            'ordered_date', tau_days, only='ordered_date < ' ~ cutoff
        ) }} as weight_at_epoch,
        max(ordered_date) >= {{ cutoff }} as has_bought
    from purchase_days
    group by customer_id, product_type

),

exposures as (

    select
        {{ decayed_count('weight_at_epoch', tau_days, cutoff) }}
        * {{ horizon_days }} / {{ tau_days }} as exposure,
        has_bought as is_true
    from pairs
    where purchase_count >= {{ minimum_purchases }}

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
