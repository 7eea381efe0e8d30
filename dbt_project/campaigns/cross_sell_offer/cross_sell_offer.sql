{#- Customers whose last order contains products that are often bought together
    with something they never bought, within these local days after that order.
    First-time buyers are left to second_purchase. -#}
{%- set days_after = 7 -%}
{%- set days_until = 21 -%}
{%- set minimum_orders = 2 -%}
{%- set shown_products = 3 -%}

with

lifecycle as (

    select * from {{ ref('lifecycle') }}

),

suggestions as (

    select * from {{ ref('cross_sell_offer_suggestions') }}

),

ranked as (

    select
        suggestions.*,
        lifecycle.recency_days,
        row_number() over (
            partition by suggestions.customer_id
            order by suggestions.suggestion_rank
        ) as place
    from suggestions
    inner join lifecycle on suggestions.customer_id = lifecycle.customer_id
    where
        lifecycle.order_count >= {{ minimum_orders }}
        and lifecycle.recency_days between {{ days_after }} and {{ days_until }}

),

listed as (

    select
        customer_id,
        jsonb_agg(
            {{ product_item(
                sentence_case('name'), 'product_id',
                words('bought_together', {'name': 'source_name'})
            ) }} order by place
        ) as items,
        jsonb_agg(
            jsonb_build_object(
                'product_type', product_type,
                'together_count', together_count,
                'purchases', evidence
            ) order by place
        ) as evidence
    from ranked
    where place <= {{ shown_products }}
    group by customer_id

)

select
    ranked.customer_id,
    ranked.order_id as occasion,
    ranked.together_share as score,
    {{ shop_moment('ranked.ordered_date + ' ~ days_after) }} as not_before,
    {{ shop_moment('ranked.ordered_date + ' ~ (days_until + 1)) }} as not_after,
    format(
        'Ordered %s on %s; %s %% of such orders of the last half year also hold'
        ' %s, which this customer has never bought.',
        ranked.source_name_en, ranked.ordered_date,
        round(ranked.together_share * 100), ranked.name_en
    ) as reason,
    listed.evidence,
    jsonb_build_object(
        'ordered_day', {{ day_words('ranked.ordered_date', 'ranked.locale') }},
        'items', listed.items
    ) as context
from ranked
inner join listed on ranked.customer_id = listed.customer_id
where ranked.place = 1
