{#- With fewer predictions that came true than this, nothing is learnt. -#}
{%- set minimum_true = 20 -%}
{#- Another tau must beat the default by this many standard errors. -#}
{%- set minimum_lead = 2 -%}

with

losses as (

    select * from {{ ref('int_exposure_losses') }}

),

factors as (

    select * from {{ ref('int_exposure_factors') }}

),

defaults as (

    select *
    from (
        values
        {%- for signal, default in signal_defaults().items() %}
            (
                '{{ signal }}',
                {{ default.horizon_days }},
                {{ default.tau_days }}
            )
            {{- "," if not loop.last }}
        {%- endfor %}
    ) as settings (signal, horizon_days, tau_days)

),

better as (

    {%- for tau_days in decay_taus() %}
        select
            signal,
            {{ tau_days }} as tau_days,
            loss_{{ tau_days }} as loss
        from losses
        where
            lead_{{ tau_days }}
            > {{ minimum_lead }} * lead_error_{{ tau_days }}
        {{ "union all" if not loop.last }}
    {%- endfor %}

),

best as (

    select distinct on (signal)
        signal,
        tau_days
    from better
    order by signal asc, loss asc, tau_days asc

),

chosen as (

    select
        defaults.signal,
        defaults.horizon_days,
        coalesce(losses.true_count >= {{ minimum_true }}, false) as is_learnt,
        case
            when losses.true_count >= {{ minimum_true }}
                then coalesce(best.tau_days, defaults.tau_days)
            else defaults.tau_days
        end as tau_days
    from defaults
    left join losses on defaults.signal = losses.signal
    left join best on defaults.signal = best.signal

)

select
    chosen.signal,
    chosen.horizon_days,
    chosen.tau_days,
    case
        when chosen.is_learnt then coalesce(factors.calibration_factor, 1)
        else 1
    end as calibration_factor,
    chosen.is_learnt,
    coalesce(losses.prediction_count, 0) as prediction_count,
    losses.true_count::double precision / losses.prediction_count
        as observed_share,
    {{ for_each_tau('losses.loss_{tau}') }}
from chosen
left join losses on chosen.signal = losses.signal
left join factors
    on
        chosen.signal = factors.signal
        and chosen.tau_days = factors.tau_days
