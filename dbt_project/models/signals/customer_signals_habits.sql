with

customers as (

    select * from {{ ref('stg_customers') }}

),

replenishment as (

    select * from {{ ref('replenishment') }}

),

subscription_candidates as (

    select * from {{ ref('subscription_candidates') }}

),

buy_again as (

    select * from {{ ref('buy_again') }}

),

cross_sell as (

    select * from {{ ref('cross_sell') }}

),

replenishable as (

    select
        customer_id,
        count(*)::int as replenishable_type_count,
        min(due_date) filter (where due_date >= {{ as_of_date() }})
            as next_due_date
    from replenishment
    group by customer_id

),

steadiest as (

    select distinct on (customer_id)
        customer_id,
        product_type,
        expected_purchases_56_days
    from subscription_candidates
    order by
        customer_id asc, expected_purchases_56_days desc, product_type asc

)

select
    customers.customer_id,
    coalesce(replenishable.replenishable_type_count, 0)
        as replenishable_type_count,
    replenishable.next_due_date,
    steadiest.product_type as steadiest_product_type,
    steadiest.expected_purchases_56_days as steadiest_purchases_56_days,
    buy_again.product_type as likeliest_product_type,
    cross_sell.product_type as suggested_product_type
from customers
left join replenishable on customers.customer_id = replenishable.customer_id
left join steadiest on customers.customer_id = steadiest.customer_id
left join buy_again
    on customers.customer_id = buy_again.customer_id and buy_again.rank = 1
left join cross_sell
    on
        customers.customer_id = cross_sell.customer_id
        and cross_sell.suggestion_rank = 1
