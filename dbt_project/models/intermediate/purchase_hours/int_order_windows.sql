with

hour_weights as (

    select * from {{ ref('int_hour_weights') }}

),

parameters as (

    select * from {{ ref('int_signal_parameters') }}
    where signal = 'purchase_hours'

),

-- A window of three hours smoothed by the kernel 1/4 1/2 1/4: the part of an
-- order that counts, by the hours from the window's start to the order.
kernel as (

    select *
    from (
        values (-1, 0.25), (0, 0.75), (1, 1.0), (2, 0.75), (3, 0.25)
    ) as factors (hours_after_start, factor)

),

aged as (

    select
        hour_weights.customer_id,
        hour_weights.ordered_hour,
        {{ decayed_count('hour_weights', 'parameters.tau_days', as_of_date()) }}
            as weight
    from hour_weights
    cross join parameters

),

totals as (

    select
        customer_id,
        sum(weight order by ordered_hour) as weight
    from aged
    group by customer_id

),

windows as (

    select
        aged.customer_id,
        mod(aged.ordered_hour - kernel.hours_after_start + 24, 24)
            as start_hour,
        sum(aged.weight * kernel.factor order by kernel.hours_after_start)
            as weight
    from aged
    cross join kernel
    group by
        aged.customer_id,
        mod(aged.ordered_hour - kernel.hours_after_start + 24, 24)

),

compared as (

    select
        windows.customer_id,
        windows.start_hour,
        windows.weight,
        totals.weight as all_hours_weight
    from windows
    inner join totals on windows.customer_id = totals.customer_id

)

select * from compared
