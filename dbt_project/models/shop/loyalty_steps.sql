with

tiers as (

    select * from {{ ref('loyalty_tiers') }}

),

numbered as (

    select
        row_number() over (order by minimum_spend)::int as step,
        tier,
        minimum_spend,
        minimum_orders
    from tiers

    union all

    select
        0 as step,
        null as tier,
        0 as minimum_spend,
        0 as minimum_orders

)

select
    step,
    tier,
    minimum_spend,
    minimum_orders,
    lead(tier) over (order by step) as next_tier,
    lead(minimum_spend) over (order by step) as next_minimum_spend,
    lead(minimum_orders) over (order by step) as next_minimum_orders
from numbered
