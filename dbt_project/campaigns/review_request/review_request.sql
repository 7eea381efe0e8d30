{#- Customers who have had a product for some days on which one can have an
    opinion: nothing that runs out, nothing cheap. -#}
{%- set days_after_delivery = 10 -%}
{%- set days_late = 10 -%}
{%- set minimum_price = 15 -%}

with

deliveries as (

    select
        *,
        delivered_date + {{ days_after_delivery + days_late }} as last_date
    from {{ ref('deliveries') }}
    where
        {{ as_of_date() }} - delivered_date between {{ days_after_delivery }}
        and {{ days_after_delivery + days_late }}
        and not {{ is_surveyed_order('order_number') }}

),

gifts as (

    select * from {{ ref('gifts') }}

),

baskets as (

    select * from {{ ref('baskets') }}

),

product_types as (

    select * from {{ ref('product_types') }}
    where not is_consumable

),

languages as (

    select * from {{ ref('mail_languages') }}

),

opinionable as (

    select distinct on (deliveries.order_id)
        deliveries.*,
        baskets.product_id,
        baskets.product_type,
        languages.locale,
        product_types.name_en,
        {{ in_language('product_types.name', 'languages.locale') }} as name,
        baskets.quantity,
        baskets.net_amount,
        round(baskets.net_amount / baskets.quantity, 2) as price
    from deliveries
    inner join baskets
        on
            deliveries.customer_id = baskets.customer_id
            and deliveries.order_id = baskets.order_id
    inner join product_types
        on baskets.product_type = product_types.product_type
    left join gifts on deliveries.order_id = gifts.order_id
    left join languages on deliveries.customer_id = languages.customer_id
    where
        gifts.order_id is null
        and baskets.net_amount >= {{ minimum_price }} * baskets.quantity
    order by
        deliveries.order_id asc,
        price desc,
        baskets.product_type asc

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
        'Has had %s for %s a piece since %s, long enough for an opinion.',
        name_en, price, delivered_date
    ) as reason,
    jsonb_build_array(
        jsonb_build_object(
            'order_id', order_id,
            'ordered_date', ordered_date,
            'product_type', product_type,
            'quantity', quantity,
            'net_amount', net_amount
        )
    ) as evidence,
    jsonb_build_object(
        'product', {{ mail_item('name', 'product_id') }},
        'ordered_on', {{ day_words('ordered_date') }}
    ) as context
from opinionable
