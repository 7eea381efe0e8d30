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
    where rank = 1

),

cross_sell as (

    select * from {{ ref('cross_sell') }}
    where suggestion_rank = 1

),

abandoned_carts as (

    select * from {{ ref('abandoned_carts') }}

),

browse_interest as (

    select * from {{ ref('browse_interest') }}

),

gift_occasions as (

    select * from {{ ref('gift_occasions') }}

),

lifestyles as (

    select * from {{ ref('lifestyles') }}

),

replenishable as (

    select
        customer_id,
        count(*)::int as type_count,
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

),

latest_carts as (

    select distinct on (customer_id)
        customer_id,
        line_count,
        net_amount,
        last_touched_at
    from abandoned_carts
    order by customer_id asc, last_touched_at desc, cart_id asc

),

strongest_interests as (

    select distinct on (customer_id)
        customer_id,
        product_type,
        interest
    from browse_interest
    order by customer_id asc, interest desc, product_type asc

),

occasions as (

    select
        customer_id,
        min(next_occasion_date) as next_gift_date
    from gift_occasions
    group by customer_id

),

lives as (

    select
        customer_id,
        jsonb_agg(lifestyle order by lifestyle) as lifestyles
    from lifestyles
    group by customer_id

)

select
    customers.customer_id,
    coalesce(replenishable.type_count, 0) as replenishable_type_count,
    replenishable.next_due_date,
    steadiest.product_type as steadiest_product_type,
    steadiest.expected_purchases_56_days as steadiest_purchases_56_days,
    buy_again.product_type as likeliest_product_type,
    cross_sell.product_type as suggested_product_type,
    coalesce(latest_carts.line_count, 0) as cart_line_count,
    latest_carts.net_amount as cart_net_amount,
    latest_carts.last_touched_at as cart_touched_at,
    strongest_interests.product_type as browsed_product_type,
    strongest_interests.interest as browse_interest,
    occasions.next_gift_date,
    coalesce(lives.lifestyles, '[]') as lifestyles
from customers
left join replenishable on customers.customer_id = replenishable.customer_id
left join steadiest on customers.customer_id = steadiest.customer_id
left join buy_again on customers.customer_id = buy_again.customer_id
left join cross_sell on customers.customer_id = cross_sell.customer_id
left join latest_carts on customers.customer_id = latest_carts.customer_id
left join strongest_interests
    on customers.customer_id = strongest_interests.customer_id
left join occasions on customers.customer_id = occasions.customer_id
left join lives on customers.customer_id = lives.customer_id
