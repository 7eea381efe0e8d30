{#- Customers who have just reached a higher tier of the loyalty programme. -#}
{%- set announced_days = 7 -%}

with

loyalty as (

    select * from {{ ref('loyalty') }}

),

steps as (

    select * from {{ ref('loyalty_steps') }}

),

days as (

    select * from {{ ref('loyalty_days') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

reached as (

    select
        loyalty.*,
        languages.locale,
        steps.minimum_spend,
        steps.minimum_orders,
        taken.rolling_spend::numeric(14, 2) as spend,
        taken.rolling_order_count as order_count,
        {{ as_of_date() }} - loyalty.reached_date as days_ago
    from loyalty
    inner join steps on loyalty.tier = steps.tier
    left join languages on loyalty.customer_id = languages.customer_id
    inner join days as taken
        on
            loyalty.customer_id = taken.customer_id
            and loyalty.reached_date = taken.graded_date
    -- The tier at the start of the membership year was reached before.
    inner join days as began
        on
            loyalty.customer_id = began.customer_id
            and loyalty.period_start_date - 1 = began.graded_date
    where
        loyalty.reached_date >= {{ as_of_date() }} - {{ announced_days }}
        and (
            began.rolling_spend < steps.minimum_spend
            or began.rolling_order_count < steps.minimum_orders
        )
        -- A tier that every first order reaches is no news.
        and (steps.minimum_spend > 0 or steps.minimum_orders > 1)

)

select
    customer_id,
    tier || ':' || reached_date as occasion,
    ({{ announced_days }} + 1 - days_ago)::double precision
    / ({{ announced_days }} + 1) as score,
    {{ shop_moment('reached_date') }} as not_before,
    {{ shop_moment('reached_date + ' ~ (announced_days + 1)) }} as not_after,
    format(
        'Reached the tier %s on %s with %s orders for %s in twelve months; it'
        ' takes %s orders and %s, and holds at least until %s.',
        tier, reached_date, order_count, spend,
        minimum_orders, minimum_spend, period_end_date
    ) as reason,
    jsonb_build_object(
        'tier', tier,
        'reached_date', reached_date,
        'spend', spend,
        'order_count', order_count,
        'minimum_spend', minimum_spend,
        'minimum_orders', minimum_orders,
        'period_end_date', period_end_date
    ) as evidence,
    jsonb_build_object(
        'tier', {{ sentence_case('tier') }},
        'orders', {{ order_count_words('order_count') }},
        'minimum_orders',
        {{ order_count_words('minimum_orders') }},
        'spend', {{ amount_words('spend') }},
        'minimum_spend', {{ amount_words('minimum_spend') }},
        'until', {{ date_words('period_end_date') }}
    ) as context
from reached
