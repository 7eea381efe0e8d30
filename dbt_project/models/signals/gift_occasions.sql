{#- Months between a reminder and the occasion. -#}
{%- set months_of_notice = 1 -%}

with

occasion_gifts as (

    select * from {{ ref('int_occasion_gifts') }}

),

gifts as (

    select * from {{ ref('gifts') }}

),

ages as (

    select * from {{ ref('int_occasion_ages') }}

),

baskets as (

    select * from {{ ref('baskets') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

listed as (

    select
        occasion_gifts.customer_id,
        occasion_gifts.recipient_key,
        occasion_gifts.last_given_date,
        max(gifts.recipient_first_name)
        filter (
            where occasion_gifts.order_id = occasion_gifts.last_order_id
        ) as recipient_first_name,
        count(distinct occasion_gifts.order_id)::int as gift_count,
        jsonb_agg(
            jsonb_build_object(
                'order_id', baskets.order_id,
                'ordered_date', baskets.ordered_date,
                'product_name', products.product_name,
                'product_type', baskets.product_type,
                'quantity', baskets.quantity,
                'net_amount', baskets.net_amount
            )
            order by
                baskets.ordered_at desc,
                baskets.order_id desc,
                baskets.product_type asc
        ) as evidence
    from occasion_gifts
    inner join gifts
        on
            occasion_gifts.recipient_key = gifts.recipient_key
            and occasion_gifts.order_id = gifts.order_id
    inner join baskets on occasion_gifts.order_id = baskets.order_id
    inner join products on baskets.product_id = products.product_id
    group by
        occasion_gifts.customer_id,
        occasion_gifts.recipient_key,
        occasion_gifts.last_given_date

)

select
    listed.customer_id,
    listed.recipient_key,
    listed.last_given_date,
    listed.recipient_first_name,
    listed.gift_count,
    (listed.last_given_date + make_interval(months => ages.months_on))::date
        as next_occasion_date,
    (
        listed.last_given_date
        + make_interval(months => ages.months_on - {{ months_of_notice }})
    )::date as reminder_date,
    ages.next_minimum_age_months,
    ages.next_maximum_age_months,
    ages.next_product_types,
    listed.evidence
from listed
inner join ages
    on
        listed.customer_id = ages.customer_id
        and listed.recipient_key = ages.recipient_key
        and listed.last_given_date = ages.last_given_date
