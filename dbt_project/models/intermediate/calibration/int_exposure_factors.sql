{%- set numbers = [] -%}
{%- for signal, default in signal_defaults().items()
    if default.predicts == 'number' -%}
    {%- do numbers.append(signal) -%}
{%- endfor -%}

with

exposures as (

    select * from {{ ref('int_exposures') }}

),

-- Exposures within one per cent of each other are grouped: however many
-- predictions there are, a few thousand rows determine the factor.
binned as (

    {%- for tau_days in decay_taus() %}
        select
            signal,
            {{ tau_days }} as tau_days,
            round(100 * ln(greatest(exposure_{{ tau_days }}, 1e-9))) / 100
                as log_exposure,
            count(*) as prediction_count,
            count(*) filter (where event_count > 0) as true_count,
            sum(event_count) as event_count
        from exposures
        group by
            signal,
            round(100 * ln(greatest(exposure_{{ tau_days }}, 1e-9))) / 100
        {{ "union all" if not loop.last }}
    {%- endfor %}

),

binned_exposures as (

    select
        signal,
        tau_days,
        exp(log_exposure) as exposure,
        prediction_count,
        true_count,
        event_count
    from binned

),

calibrated as (

    {{ calibration_factors('binned_exposures') | indent(4) }}

)

select
    signal,
    tau_days,
    prediction_count,
    case
        when signal in ({{ quoted_list(numbers) }}) then number_factor
        else probability_factor
    end as calibration_factor
from calibrated
