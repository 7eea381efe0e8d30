{#- Whose tier ends soon, and who can still keep it, is told what is missing. -#}
{%- set earliest_days = 30 -%}
{%- set latest_days = 4 -%}
{#- In reach is so many times what the customer usually buys in the time that is
    left, or with one usual order. -#}
{%- set reach = 1.5 -%}

with

loyalty as (

    select * from {{ ref('loyalty') }}

),

steps as (

    select * from {{ ref('int_loyalty_steps') }}

),

ending as (

    select
        loyalty.*,
        {{ reach }} * greatest(
            (loyalty.period_end_date + 1 - {{ as_of_date() }}) / 365.0,
            1.0 / loyalty.orders_12_months
        ) as reach_share
    from loyalty
    inner join steps on loyalty.tier = steps.tier
    where
        loyalty.period_end_date - {{ as_of_date() }}
        between {{ latest_days }} and {{ earliest_days }}
        and (loyalty.keep_missing_spend > 0 or loyalty.keep_missing_orders > 0)
        and loyalty.orders_12_months > 0
        -- The tier that every order reaches is not to be earned.
        and (steps.minimum_spend > 0 or steps.minimum_orders > 1)

),

reachable as (

    select
        *,
        greatest(
            keep_missing_spend
            / nullif(reach_share * spend_12_months, 0),
            keep_missing_orders / (reach_share * orders_12_months)
        ) as effort
    from ending
    where
        keep_missing_spend <= reach_share * spend_12_months
        and keep_missing_orders <= reach_share * orders_12_months

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
        {%- for locale in var('mail_locales') %}
            '{{ locale }}', jsonb_build_object(
                'tier', {{ sentence_case('tier') }},
                'until', {{ date_words('period_end_date', locale) }},
                'missing_spend', case when keep_missing_spend > 0 then
                    {{ amount_words('keep_missing_spend', locale) }}
                end,
                'missing_orders', case when keep_missing_orders > 0 then
                    {{ order_count_words('keep_missing_orders', locale) }}
                end
            ){{ "," if not loop.last }}
        {%- endfor %}
    ) as context
from reachable
