{#- Products that arrived some days ago and are the customer's first of their
    care topic: customers with a second pair of running shoes know the tip. -#}
{%- set days_after_delivery = 2 -%}
{%- set days_late = 4 -%}

with

gifts as (

    select * from {{ ref('gifts') }}

),

baskets as (

    select * from {{ ref('baskets') }}

),

attributes as (

    select * from {{ ref('product_attributes') }}

),

deliveries as (

    select *
    from {{ ref('deliveries') }}
    where
        {{ as_of_date() }} - delivered_date between {{ days_after_delivery }}
        and {{ days_after_delivery + days_late }}

),

receivers as (

    select distinct customer_id
    from deliveries

),

-- A gift is for another person, whatever else is in the order.
numbered as (

    select
        baskets.*,
        attributes.care_topic,
        row_number() over (
            partition by baskets.customer_id, attributes.care_topic
            order by
                baskets.ordered_at asc,
                baskets.order_id asc,
                baskets.net_amount desc,
                baskets.product_type asc
        ) as turn
    from receivers
    inner join baskets on receivers.customer_id = baskets.customer_id
    inner join attributes on baskets.product_type = attributes.product_type
    left join gifts on baskets.order_id = gifts.order_id
    where attributes.care_topic is not null and gifts.order_id is null

)

select
    numbered.customer_id,
    numbered.order_id,
    numbered.care_topic,
    numbered.product_type,
    numbered.ordered_date,
    numbered.quantity,
    numbered.net_amount,
    deliveries.delivered_date,
    deliveries.delivered_date + {{ days_after_delivery }} as first_date,
    deliveries.delivered_date + {{ days_after_delivery + days_late }}
        as last_date
from numbered
inner join deliveries on numbered.order_id = deliveries.order_id
where numbered.turn = 1
