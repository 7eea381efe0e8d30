{#- Customers who used to come back regularly and have missed several of their
    usual gaps get three mails, as long as they order nothing. -#}
{%- set minimum_orders = 5 -%}
{%- set maximum_activity = 0.5 -%}
{#- A customer is away after missing this many of their own gaps and not
    ordering for this many days; -#}
{%- set minimum_turns = 3 -%}
{%- set minimum_days = 21 -%}
{#- each mail starts this many days after that, and the last one ends there. -#}
{%- set step_days = [0, 30, 75, 135] -%}
{#- Customers who have not ordered for longer than this are not written to. -#}
{%- set maximum_days = 330 -%}

with

lifecycle as (

    select * from {{ ref('lifecycle') }}

),

last_orders as (

    select * from {{ ref('winback_last_orders') }}

),

favourites as (

    select * from {{ ref('winback_favourites') }}

),

suggestions as (

    select * from {{ ref('winback_suggestions') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

away as (

    select
        lifecycle.*,
        languages.locale,
        {{ shop_time('lifecycle.last_ordered_at') }}::date + greatest(
            {{ minimum_days }},
            ceil({{ minimum_turns }} * lifecycle.typical_gap_days)
        )::int as away_date
    from lifecycle
    left join languages on lifecycle.customer_id = languages.customer_id
    where
        lifecycle.order_count >= {{ minimum_orders }}
        and lifecycle.typical_gap_days is not null
        and lifecycle.activity_probability <= {{ maximum_activity }}
        and lifecycle.recency_days <= {{ maximum_days }}

)

{%- for step in range(1, step_days | length) %}
    {%- set opens, closes = step_days[step - 1], step_days[step] %}
    select
        away.customer_id,
        last_orders.order_id || ':step-{{ step }}' as occasion,
        away.monetary_quintile * (1 - away.activity_probability) / 5 as score,
        {{ shop_moment('away.away_date + ' ~ opens) }} as not_before,
        {{ shop_moment('away.away_date + ' ~ closes) }} as not_after,
        format(
            'Ordered %s times, usually every %s days, and not since %s: %s'
            ' days, %s times the usual gap; %s %% likely to order in the next 8'
            ' weeks. Mail {{ step }} of {{ step_days | length - 1 }}.',
            away.order_count, round(away.typical_gap_days),
            last_orders.ordered_date, away.recency_days,
            round(away.hiatus_ratio, 1), round(away.activity_probability * 100)
        ) as reason,
        last_orders.evidence,
        jsonb_build_object(
            'is_first', {{ step == 1 }},
            'is_second', {{ step == 2 }},
            'is_last', {{ step == 3 }},
            'elapsed', {{ elapsed_words('away.recency_days', 'away.locale') }},
            'favourites', favourites.favourites,
            'suggestions', suggestions.suggestions
        ) as context
    from away
    inner join last_orders on away.customer_id = last_orders.customer_id
    left join favourites
        on away.customer_id = favourites.customer_id and {{ step == 1 }}
    left join suggestions
        on away.customer_id = suggestions.customer_id and {{ step == 2 }}
    where
        {{ as_of_date() }} - away.away_date
        between {{ opens }} and {{ closes - 1 }}
    {{ 'union all' if not loop.last }}
{%- endfor %}
