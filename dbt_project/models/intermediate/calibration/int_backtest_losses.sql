{%- set numbers = [] -%}
{%- for signal, default in signal_defaults().items()
    if default.predicts == 'number' -%}
    {%- do numbers.append(signal) -%}
{%- endfor -%}
{%- set squared_error -%}
    case
        when backtests.signal in ({{ quoted_list(numbers) }})
            then factor_{tau} * exposure_{tau} - event_count
        when event_count > 0 then exp(-factor_{tau} * exposure_{tau})
        else 1 - exp(-factor_{tau} * exposure_{tau})
    end ^ 2 as loss_{tau}
{%- endset -%}

with

backtests as (

    select * from {{ ref('int_backtests') }}

),

hour_backtests as (

    select * from {{ ref('int_hour_backtests') }}

),

factors as (

    select * from {{ ref('int_backtest_factors') }}

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
        backtests.signal,
        backtests.customer_id,
        backtests.product_type as event,
        backtests.event_count > 0 as is_true,
        {{ for_each_tau(squared_error) }}
    from backtests
    inner join signal_factors on backtests.signal = signal_factors.signal

    union all

    select
        signal,
        customer_id,
        order_id as event,
        true as is_true,
        {{ for_each_tau('-ln(hour_share_{tau}) as loss_{tau}') }}
    from hour_backtests

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
