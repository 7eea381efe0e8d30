{#- Customers who keep coming back and keep what they buy may well recommend the
    shop: they get a code of their own for friends. -#}
{%- set minimum_orders = 3 -%}
{#- Returning up to this many times the shop's share of lines is not a bad sign
    yet. -#}
{%- set maximum_returns = 1.5 -%}
{#- Days after an order: it has arrived and is not forgotten. -#}
{%- set earliest_days = 7 -%}
{%- set latest_days = 45 -%}

with

lifecycle as (

    select * from {{ ref('lifecycle') }}

),

return_habits as (

    select * from {{ ref('return_habits') }}

),

codes as (

    select * from {{ ref('referral_codes') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

happy as (

    select
        lifecycle.*,
        codes.referral_code,
        languages.locale,
        coalesce(return_habits.times_average, 0)::numeric(9, 1)
            as times_average,
        {{ shop_time('lifecycle.last_ordered_at') }}::date as last_ordered_date
    from lifecycle
    inner join codes on lifecycle.customer_id = codes.customer_id
    left join return_habits
        on lifecycle.customer_id = return_habits.customer_id
    left join languages on lifecycle.customer_id = languages.customer_id
    where
        lifecycle.stage = 'active'
        and lifecycle.order_count >= {{ minimum_orders }}
        and lifecycle.recency_days
        between {{ earliest_days }} and {{ latest_days }}
        and coalesce(return_habits.times_average, 0) <= {{ maximum_returns }}

)

select
    customer_id,
    'code' as occasion,
    monetary_quintile * activity_probability / 5 as score,
    {{ shop_moment('last_ordered_date + ' ~ earliest_days) }} as not_before,
    {{ shop_moment('last_ordered_date + ' ~ (latest_days + 1)) }} as not_after,
    format(
        'Ordered %s times, last on %s, keeps the usual pace and sends back %s'
        ' times what others do: is given the code %s for friends.',
        order_count, last_ordered_date, times_average, referral_code
    ) as reason,
    jsonb_build_object(
        'order_count', order_count,
        'last_ordered_date', last_ordered_date,
        'times_average', times_average,
        'referral_code', referral_code
    ) as evidence,
    jsonb_build_object(
        'code', referral_code,
        'reward',
        {{ amount_words(var('referral_reward_amount')) }},
        'days', {{ var('referral_return_days') }},
        'minimum_spend', {{ amount_words(
            'nullif(' ~ var('referral_minimum_spend') ~ ', 0)'
        ) }}
    ) as context
from happy
