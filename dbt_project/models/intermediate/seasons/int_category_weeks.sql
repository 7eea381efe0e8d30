with

customers as (

    select * from {{ ref('int_category_customers') }}

),

weeks as (

    select
        is_first_half,
        week_start_date,
        count(distinct customer_id) as customer_count
    from customers
    group by is_first_half, week_start_date

),

categories as (

    select distinct product_category
    from customers

),

counted as (

    select
        product_category,
        is_first_half,
        week_start_date,
        count(*) as customer_count
    from customers
    group by product_category, is_first_half, week_start_date

),

shares as (

    select
        categories.product_category,
        weeks.is_first_half,
        weeks.week_start_date,
        coalesce(counted.customer_count, 0) as customer_count,
        coalesce(counted.customer_count, 0)::double precision
        / weeks.customer_count as share
    from categories
    cross join weeks
    left join counted
        on
            categories.product_category = counted.product_category
            and weeks.is_first_half = counted.is_first_half
            and weeks.week_start_date = counted.week_start_date

),

-- Half of a week's value comes from its neighbours: holidays move, seasons
-- last.
smoothed as (

    select
        product_category,
        is_first_half,
        week_start_date,
        customer_count,
        share / 2
        + coalesce(lag(share) over by_week, share) / 4
        + coalesce(lead(share) over by_week, share) / 4 as share
    from shares
    window by_week as (
        partition by product_category, is_first_half
        order by week_start_date
    )

),

indexed as (

    select
        product_category,
        is_first_half,
        week_start_date,
        customer_count,
        share / nullif(avg(share) over all_weeks, 0) as week_index
    from smoothed
    window all_weeks as (
        partition by product_category, is_first_half
        order by week_start_date
        rows between unbounded preceding and unbounded following
    )

)

select * from indexed
