{#- Number of orders in the evidence, the most expensive first. -#}
{%- set shown_orders = 10 -%}

with

orders as (

    select * from {{ ref('order_amounts') }}

),

tiers as (

    select * from {{ ref('reward_tiers') }}

),

dated as (

    select
        *,
        date_trunc('quarter', ordered_date)::date as quarter_start_date
    from orders

),

numbered as (

    select
        *,
        row_number() over (
            partition by customer_id, quarter_start_date, currency
            order by spend desc, ordered_at asc, order_id asc
        ) as place
    from dated

),

summed as (

    select
        customer_id,
        currency,
        quarter_start_date,
        (quarter_start_date + interval '3 months -1 day')::date
            as quarter_end_date,
        count(*) filter (where is_kept)::int as order_count,
        sum(bought_amount) as bought_amount,
        sum(bought_amount - kept_amount) as returned_amount,
        sum(gift_card_amount) as gift_card_amount,
        sum(spend) as spend,
        jsonb_agg(jsonb_build_object(
            'order_id', order_id,
            'ordered_date', ordered_date,
            'net_amount', spend
        ) order by place) filter (where place <= {{ shown_orders }}) as evidence
    from numbered
    group by customer_id, currency, quarter_start_date

),

-- The highest tier whose threshold the spend exceeds: 500.00 does not exceed
-- 500.
graded as (

    select
        summed.*,
        tiers.threshold as tier_threshold,
        tiers.amount as tier_amount,
        row_number() over (
            partition by
                summed.customer_id, summed.currency, summed.quarter_start_date
            order by tiers.threshold desc
        ) as tier_place
    from summed
    left join tiers
        on
            summed.currency = tiers.currency
            and summed.spend > tiers.threshold
            and summed.quarter_end_date >= tiers.valid_from
            and summed.quarter_end_date <= coalesce(tiers.valid_to, 'infinity')

)

select
    customer_id,
    to_char(quarter_start_date, 'YYYY"Q"Q') as quarter,
    currency,
    quarter_start_date,
    quarter_end_date,
    quarter_end_date < {{ as_of_date() }} as is_closed,
    order_count,
    bought_amount::numeric(14, 2) as bought_amount,
    returned_amount::numeric(14, 2) as returned_amount,
    gift_card_amount::numeric(14, 2) as gift_card_amount,
    spend::numeric(14, 2) as spend,
    tier_threshold,
    tier_amount,
    evidence
from graded
where tier_place = 1
