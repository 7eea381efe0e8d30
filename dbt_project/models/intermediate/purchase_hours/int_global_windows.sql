with

hour_weights as (

    select * from {{ ref('int_hour_weights') }}

),

hour_counts as (

    select
        ordered_hour,
        sum(order_count) as order_count
    from hour_weights
    group by ordered_hour

),

start_hours as (

    select start_hour
    from generate_series(0, 23) as hours (start_hour)

),

counted as (

    select
        start_hours.start_hour,
        sum(
            case
                when
                    mod(
                        hour_counts.ordered_hour - start_hours.start_hour + 24,
                        24
                    ) < 3
                    then hour_counts.order_count
                else 0
            end
        ) as order_count,
        sum(hour_counts.order_count) as all_hours_count
    from start_hours
    cross join hour_counts
    group by start_hours.start_hour

),

ranked as (

    select
        start_hour,
        order_count::int as order_count,
        order_count::double precision / all_hours_count as share,
        row_number() over (
            order by order_count desc, start_hour asc
        ) = 1 as is_best
    from counted

)

select * from ranked
