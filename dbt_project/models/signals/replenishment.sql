{#- Weight of the type's average gap, in gaps, against a customer's own
    gaps. -#}
{%- set prior_gaps = 2 -%}

with

weights as (

    select * from {{ ref('type_weights') }}

),

gaps as (

    select * from {{ ref('int_purchase_gaps') }}

),

type_gaps as (

    select * from {{ ref('int_type_gaps') }}

),

customer_gaps as (

    select * from {{ ref('int_customer_gaps') }}

),

purchases as (

    select * from {{ ref('purchase_evidence') }}

),

parameters as (

    select * from {{ ref('signal_parameters') }}
    where night_date = {{ as_of_date() }} and signal = 'replenishment'

),

spaced as (

    select
        gaps.customer_id,
        gaps.product_type,
        exp(
            (
                gaps.faded_log_gap_sum
                + {{ prior_gaps }}
                * (type_gaps.mean_log_gap + customer_gaps.log_gap_effect)
            )
            / (gaps.faded_gap_count + {{ prior_gaps }})
        )::numeric(24, 12) as typical_gap_days
    from gaps
    inner join type_gaps on gaps.product_type = type_gaps.product_type
    inner join customer_gaps on gaps.customer_id = customer_gaps.customer_id

)

select
    purchases.customer_id,
    purchases.product_type,
    purchases.product_id,
    purchases.product_name,
    weights.purchase_count,
    weights.last_ordered_at,
    {{ as_of_date() }} - {{ shop_time('weights.last_ordered_at') }}::date
        as recency_days,
    spaced.typical_gap_days,
    {{ shop_time('weights.last_ordered_at') }}::date
    + round(spaced.typical_gap_days)::int as due_date,
    1 - exp(
        -parameters.calibration_factor * parameters.horizon_days
        * {{ decayed_count(
            'weights', 'parameters.tau_days', as_of_date()
        ) }}
        / parameters.tau_days
    ) as buy_probability,
    purchases.evidence
from purchases
inner join weights
    on
        purchases.customer_id = weights.customer_id
        and purchases.product_type = weights.product_type
inner join spaced
    on
        purchases.customer_id = spaced.customer_id
        and purchases.product_type = spaced.product_type
cross join parameters
