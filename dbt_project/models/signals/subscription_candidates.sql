{%- set minimum_purchases = 4 -%}

with

weights as (

    select * from {{ ref('type_weights') }}

),

purchase_days as (

    select * from {{ ref('int_purchase_days') }}

),

purchases as (

    select * from {{ ref('purchase_evidence') }}

),

parameters as (

    select * from {{ ref('signal_parameters') }}
    where
        night_date = {{ as_of_date() }}
        and signal = 'subscription_candidates'

),

gaps as (

    select
        customer_id,
        product_type,
        avg(gap_days)::numeric(24, 12) as mean_gap_days,
        (stddev_samp(gap_days) / avg(gap_days))::numeric(24, 12)
            as gap_variation
    from purchase_days
    where gap_days is not null
    group by customer_id, product_type

),

paced as (

    select
        weights.customer_id,
        weights.product_type,
        weights.purchase_count,
        weights.last_ordered_at,
        parameters.calibration_factor,
        parameters.horizon_days
        * {{ decayed_count(
            'weights', 'parameters.tau_days', as_of_date()
        ) }}
        / parameters.tau_days as purchases_per_56_days
    from weights
    cross join parameters
    where weights.purchase_count >= {{ minimum_purchases }}

)

select
    purchases.customer_id,
    purchases.product_type,
    purchases.product_id,
    purchases.product_name,
    paced.purchase_count,
    paced.last_ordered_at,
    gaps.mean_gap_days,
    gaps.gap_variation,
    paced.purchases_per_56_days,
    paced.calibration_factor * paced.purchases_per_56_days
        as expected_purchases_56_days,
    purchases.evidence
from purchases
inner join paced
    on
        purchases.customer_id = paced.customer_id
        and purchases.product_type = paced.product_type
inner join gaps
    on
        purchases.customer_id = gaps.customer_id
        and purchases.product_type = gaps.product_type
