{%- set numbers = [] -%}
{%- for signal, default in signal_defaults().items()
    if default.predicts == 'number' -%}
    {%- do numbers.append(signal) -%}
{%- endfor -%}
{%- set squared_error -%}
    case
        when exposures.signal in ({{ quoted_list(numbers) }})
            then factor_{tau} * exposure_{tau} - event_count
        when event_count > 0 then exp(-factor_{tau} * exposure_{tau})
        else 1 - exp(-factor_{tau} * exposure_{tau})
    end ^ 2 as loss_{tau}
{%- endset -%}

with

exposures as (

    select * from {{ ref('int_exposures') }}

),

hour_exposures as (

    select * from {{ ref('int_hour_exposures') }}

),

factors as (

    select * from {{ ref('int_exposure_factors') }}

),

signal_factors as (

    select
        signal,
        {{ for_each_tau(
            'max(calibration_factor) filter (where tau_days = {tau})'
            ~ ' as factor_{tau}'
        ) }}
    from factors
    group by signal

),

losses as (

    select
        exposures.signal,
        exposures.customer_id,
        exposures.product_type as event,
        exposures.event_count > 0 as is_true,
        {{ for_each_tau(squared_error) }}
    from exposures
    inner join signal_factors on exposures.signal = signal_factors.signal

    union all

    select
        signal,
        customer_id,
        order_id as event,
        true as is_true,
        {{ for_each_tau('-ln(hour_share_{tau}) as loss_{tau}') }}
    from hour_exposures

),

compared as (

    select
        losses.*,
        case losses.signal
            {%- for signal, default in signal_defaults().items() %}
                when '{{ signal }}' then losses.loss_{{ default.tau_days }}
            {%- endfor %}
        end as default_loss
    from losses

)

select
    signal,
    count(*)::int as prediction_count,
    count(*) filter (where is_true)::int as true_count,
    {{ for_each_tau(
        'avg(loss_{tau} order by customer_id, event) as loss_{tau}'
    ) }},
    {{ for_each_tau(
        'avg(default_loss - loss_{tau} order by customer_id, event)'
        ~ ' as lead_{tau}'
    ) }},
    {{ for_each_tau(
        'stddev_samp(default_loss - loss_{tau} order by customer_id, event)'
        ~ ' / sqrt(count(*)) as lead_error_{tau}'
    ) }}
from compared
group by signal
