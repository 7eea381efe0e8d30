{#- Customers who have had an order for some days that we ask about: the second
    one, the fourth and so on. At most twice a year, by cooldown_days
    (.yml). -#}
{%- set days_after_delivery = 3 -%}
{%- set days_late = 7 -%}

with

deliveries as (

    select
        *,
        delivered_date + {{ days_after_delivery + days_late }} as last_date
    from {{ ref('deliveries') }}
    where
        {{ as_of_date() }} - delivered_date between {{ days_after_delivery }}
        and {{ days_after_delivery + days_late }}
        and {{ is_surveyed_order('order_number') }}

),

gifts as (

    select * from {{ ref('gifts') }}

),

baskets as (

    select * from {{ ref('baskets') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

asked as (

    select
        deliveries.customer_id,
        deliveries.order_id,
        deliveries.order_number,
        deliveries.ordered_date,
        deliveries.delivered_date,
        deliveries.last_date,
        languages.locale,
        {{ basket_evidence('baskets') }} as evidence
    from deliveries
    inner join baskets
        on
            deliveries.customer_id = baskets.customer_id
            and deliveries.order_id = baskets.order_id
    left join gifts on deliveries.order_id = gifts.order_id
    left join languages on deliveries.customer_id = languages.customer_id
    where gifts.order_id is null
    group by
        deliveries.customer_id,
        deliveries.order_id,
        deliveries.order_number,
        deliveries.ordered_date,
        deliveries.delivered_date,
        deliveries.last_date,
        languages.locale

)

select
    customer_id,
    order_id as occasion,
    (last_date + 1 - {{ as_of_date() }})::double precision
    / {{ days_late + 1 }} as score,
    {{ shop_moment('delivered_date + ' ~ days_after_delivery) }}
        as not_before,
    {{ shop_moment('last_date + 1') }} as not_after,
    format(
        'Order number %s of this customer, of %s, arrived on %s.',
        order_number, ordered_date, delivered_date
    ) as reason,
    evidence,
    jsonb_build_object(
        'ordered_on', {{ day_words('ordered_date') }},
        'arrived_on', {{ day_words('delivered_date') }}
    ) as context
from asked
