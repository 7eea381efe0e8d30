{#- Who used to come back in a rhythm and has now let several turns pass. -#}
{%- set minimum_orders = 5 -%}
{%- set minimum_hiatus_ratio = 3 -%}
{%- set maximum_activity = 0.5 -%}
{%- set minimum_days = 21 -%}
{%- set maximum_days = 180 -%}

with

lifecycle as (

    select * from {{ ref('lifecycle') }}

),

baskets as (

    select * from {{ ref('int_baskets') }}

),

favourites as (

    select * from {{ ref('winback_favourites') }}

),

lapsing as (

    select
        *,
        hiatus_ratio::numeric(9, 1) as turns_missed,
        round(activity_probability * 100) as activity_percent,
        {{ shop_time('last_ordered_at') }}::date as last_ordered_date
    from lifecycle
    where
        order_count >= {{ minimum_orders }}
        and hiatus_ratio >= {{ minimum_hiatus_ratio }}
        and activity_probability <= {{ maximum_activity }}
        and recency_days between {{ minimum_days }} and {{ maximum_days }}

),

last_orders as (

    select
        lapsing.customer_id,
        max(baskets.order_id) as order_id,
        {{ basket_evidence('baskets') }} as evidence
    from lapsing
    inner join baskets
        on
            lapsing.customer_id = baskets.customer_id
            and lapsing.last_ordered_at = baskets.ordered_at
    group by lapsing.customer_id

)

select
    lapsing.customer_id,
    last_orders.order_id as occasion,
    lapsing.monetary_quintile * (1 - lapsing.activity_probability) / 5
        as score,
    {{ shop_moment('lapsing.last_ordered_date + ' ~ minimum_days) }}
        as not_before,
    {{ shop_moment('lapsing.last_ordered_date + ' ~ (maximum_days + 1)) }}
        as not_after,
    format(
        'Ordered %s times, usually every %s days, and not since %s: %s days,'
        ' %s times the usual gap; %s %% likely to order in the next 8 weeks.',
        lapsing.order_count, round(lapsing.typical_gap_days),
        lapsing.last_ordered_date, lapsing.recency_days,
        lapsing.turns_missed, lapsing.activity_percent
    ) as reason,
    last_orders.evidence,
    jsonb_build_object(
        {%- for locale in var('mail_locales') %}
            '{{ locale }}', jsonb_build_object(
                'elapsed', {{ elapsed_words('lapsing.recency_days', locale) }},
                'favourites', favourites.favourites_{{ locale }}
            ){{ "," if not loop.last }}
        {%- endfor %}
    ) as context
from lapsing
inner join last_orders on lapsing.customer_id = last_orders.customer_id
left join favourites on lapsing.customer_id = favourites.customer_id
