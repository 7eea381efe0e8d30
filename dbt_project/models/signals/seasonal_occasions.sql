{#- An occasion is a week with at least this many times the average purchases
    ... -#}
{%- set minimum_index = 2 -%}
{#- ... by at least this many customers, in each of two random halves. -#}
{%- set minimum_customers = 10 -%}

with

weeks as (

    select * from {{ ref('int_category_weeks') }}

),

halved as (

    select
        product_category,
        week_start_date,
        max(week_index) filter (where is_first_half) as first_half_index,
        max(week_index) filter (where not is_first_half) as second_half_index,
        min(customer_count) as smaller_customer_count,
        sum(customer_count)::int as customer_count
    from weeks
    group by product_category, week_start_date

),

occasions as (

    select
        product_category,
        week_start_date,
        first_half_index,
        second_half_index,
        (first_half_index + second_half_index) / 2 as week_index,
        customer_count
    from halved
    where
        first_half_index >= {{ minimum_index }}
        and second_half_index >= {{ minimum_index }}
        and smaller_customer_count >= {{ minimum_customers }}

)

select
    product_category,
    week_start_date,
    week_start_date + 7 * 52 as next_week_start_date,
    row_number() over (
        partition by product_category
        order by week_index desc, week_start_date asc
    ) = 1 as is_peak,
    week_index,
    first_half_index,
    second_half_index,
    customer_count
from occasions
