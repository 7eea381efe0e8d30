{#- Customers whose tier ends soon and can still be kept, with what is
    missing. -#}
{%- set earliest_days = 30 -%}
{%- set latest_days = 4 -%}
{#- In reach is this many times what the customer usually buys in the time left,
    or one usual order. -#}
{%- set reach = 1.5 -%}

with

loyalty as (

    select * from {{ ref('loyalty') }}

),

steps as (

    select * from {{ ref('loyalty_steps') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

ending as (

    select
        loyalty.*,
        languages.locale,
        greatest(
            (loyalty.period_end_date + 1 - {{ as_of_date() }})
            * loyalty.spend_12_months / 365,
            loyalty.spend_12_months / loyalty.orders_12_months
        ) as usual_spend,
        greatest(
            (loyalty.period_end_date + 1 - {{ as_of_date() }})
            * loyalty.orders_12_months / 365.0,
            1
        ) as usual_orders
    from loyalty
    inner join steps on loyalty.tier = steps.tier
    left join languages on loyalty.customer_id = languages.customer_id
    where
        loyalty.period_end_date - {{ as_of_date() }}
        between {{ latest_days }} and {{ earliest_days }}
        and (loyalty.keep_missing_spend > 0 or loyalty.keep_missing_orders > 0)
        and loyalty.orders_12_months > 0
        -- A tier that every order reaches need not be earned.
        and (steps.minimum_spend > 0 or steps.minimum_orders > 1)

),

reachable as (

    select
        *,
        greatest(
            keep_missing_spend / nullif({{ reach }} * usual_spend, 0),
            keep_missing_orders / ({{ reach }} * usual_orders)
        ) as effort
    from ending
    where
        keep_missing_spend <= {{ reach }} * usual_spend
        and keep_missing_orders <= {{ reach }} * usual_orders

)

select
    customer_id,
    tier || ':' || period_end_date as occasion,
    round(1 - effort / 2, 4)::double precision as score,
    {{ shop_moment('period_end_date - ' ~ earliest_days) }} as not_before,
    {{ shop_moment('period_end_date - ' ~ (latest_days - 1)) }} as not_after,
    format(
        'The tier %s holds until %s; to keep it, %s and %s orders are missing.'
        ' The last twelve months held %s orders for %s.',
        tier, period_end_date, keep_missing_spend, keep_missing_orders,
        orders_12_months, spend_12_months
    ) as reason,
    jsonb_build_object(
        'tier', tier,
        'period_end_date', period_end_date,
        'keep_missing_spend', keep_missing_spend,
        'keep_missing_orders', keep_missing_orders,
        'spend_12_months', spend_12_months,
        'orders_12_months', orders_12_months
    ) as evidence,
    jsonb_build_object(
        'tier', {{ sentence_case('tier') }},
        'until', {{ date_words('period_end_date') }},
        'missing_spend',
        {{ amount_words('nullif(keep_missing_spend, 0)') }},
        'missing_orders', {{ order_count_words(
            'nullif(keep_missing_orders, 0)'
        ) }}
    ) as context
from reachable
