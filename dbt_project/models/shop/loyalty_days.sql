with

orders as (

    select * from {{ ref('order_amounts') }}

),

-- Fully returned orders still show when somebody became a customer.
customers as (

    select
        customer_id,
        min(ordered_date) as first_ordered_date,
        (
            extract(year from {{ as_of_date() }})
            - extract(year from min(ordered_date))
        )::int as calendar_years
    from orders
    group by customer_id

),

-- Number of anniversaries so far; in a common year the anniversary of 29
-- February is on the 28th.
aged as (

    select
        customer_id,
        first_ordered_date,
        case
            when
                first_ordered_date + make_interval(years => calendar_years)
                <= {{ as_of_date() }}
                then calendar_years
            else calendar_years - 1
        end as years
    from customers

),

periods as (

    select
        customer_id,
        (first_ordered_date + make_interval(years => years))::date
            as period_start_date,
        (first_ordered_date + make_interval(years => years + 1))::date - 1
            as period_end_date
    from aged

),

graded_days as (

    select
        customer_id,
        ordered_date as graded_date,
        is_kept::int as order_count,
        case
            when currency = '{{ var("shop_currency") }}' then spend else 0
        end as spend
    from orders

    union all

    select
        customer_id,
        unnest(array[period_start_date, {{ as_of_date() }}]) - 1 as graded_date,
        0 as order_count,
        0 as spend
    from periods

)

select
    graded_days.customer_id,
    graded_days.graded_date,
    periods.period_start_date,
    periods.period_end_date,
    sum(graded_days.order_count)::int as order_count,
    sum(graded_days.spend) as spend,
    sum(sum(graded_days.order_count)) over twelve_months::int
        as rolling_order_count,
    sum(sum(graded_days.spend)) over twelve_months as rolling_spend
from graded_days
inner join periods on graded_days.customer_id = periods.customer_id
group by
    graded_days.customer_id, graded_days.graded_date,
    periods.period_start_date, periods.period_end_date
window twelve_months as (
    partition by graded_days.customer_id
    order by graded_days.graded_date
    range between interval '1 year -1 day' preceding and current row
)
