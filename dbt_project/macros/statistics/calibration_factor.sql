{#-
    A query with one row for each (signal, tau_days) of `exposures`. Each row of `exposures` groups
    `prediction_count` predictions with the same `exposure`, of which `true_count` came true, with
    `event_count` events. `probability_factor` is the k for which the mean of `1 - exp(-k * exposure)`
    is the share that came true (calibration in the large); `number_factor` is the k for which the
    mean of `k * exposure` is the mean number of events. A factor is 1 when there is too little to
    learn from.

    Newton's method from k = 0: the mean is concave in k, so the steps approach the root from below
    and soon stop improving. Sums are added in the order of exposures, so that two builds agree to
    the last bit. If every prediction came true, no such k exists.
-#}
{%- macro calibration_factors(exposures) -%}
    with recursive

    observed as (

        select
            signal,
            tau_days,
            sum(prediction_count)::int as prediction_count,
            sum(true_count)::int as true_count,
            sum(event_count)::double precision
            / nullif(sum(prediction_count * exposure order by exposure), 0)
                as number_factor
        from {{ exposures }}
        group by signal, tau_days

    ),

    steps as (

        select
            signal,
            tau_days,
            0 as step,
            0::double precision as factor,
            1::double precision as gain
        from observed

        union all

        select
            steps.signal,
            steps.tau_days,
            steps.step + 1,
            steps.factor + gains.gain,
            gains.gain
        from steps
        cross join lateral (
            select
                coalesce(
                    (
                        sum(true_count)
                        - sum(
                            prediction_count
                            * (1 - exp(-steps.factor * exposure))
                            order by exposure
                        )
                    )
                    / nullif(
                        sum(
                            prediction_count
                            * exposure * exp(-steps.factor * exposure)
                            order by exposure
                        ),
                        0
                    ),
                    0
                ) as gain
            from {{ exposures }} as alike
            where
                alike.signal = steps.signal
                and alike.tau_days = steps.tau_days
        ) as gains
        where steps.step < 40 and steps.gain > 1e-12

    ),

    last_steps as (

        select distinct on (signal, tau_days)
            signal,
            tau_days,
            factor
        from steps
        order by signal, tau_days, step desc

    )

    select
        observed.signal,
        observed.tau_days,
        observed.prediction_count,
        case
            when observed.true_count = observed.prediction_count then 1
            else last_steps.factor
        end as probability_factor,
        coalesce(observed.number_factor, 1) as number_factor
    from observed
    inner join last_steps
        on
            observed.signal = last_steps.signal
            and observed.tau_days = last_steps.tau_days
{%- endmacro -%}
