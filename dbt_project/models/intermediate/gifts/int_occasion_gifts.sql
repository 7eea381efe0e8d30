{#- Gifts within this many days of the same day of any year are for one
    occasion. -#}
{%- set occasion_days = 30 -%}

with

gifts as (

    select * from {{ ref('gifts') }}

),

-- Every gift paired with itself and with later gifts to the same recipient at
-- the same time of the year.
paired as (

    select
        gifts.customer_id,
        gifts.recipient_key,
        gifts.order_id,
        gifts.ordered_at,
        gifts.ordered_date,
        later_gifts.order_id as later_order_id,
        later_gifts.ordered_date as later_date
    from gifts
    inner join gifts as later_gifts
        on
            gifts.customer_id = later_gifts.customer_id
            and gifts.recipient_key = later_gifts.recipient_key
            and (gifts.ordered_at, gifts.order_id)
            <= (later_gifts.ordered_at, later_gifts.order_id)
    where
        abs(
            mod(
                later_gifts.ordered_date - gifts.ordered_date
                + {{ occasion_days }},
                365.25
            ) - {{ occasion_days }}
        ) <= {{ occasion_days }}

),

superseded as (

    select distinct
        order_id,
        recipient_key
    from paired
    where order_id <> later_order_id

),

latest as (

    select paired.*
    from paired
    left join superseded
        on
            paired.later_order_id = superseded.order_id
            and paired.recipient_key = superseded.recipient_key
    where superseded.order_id is null

)

select
    customer_id,
    recipient_key,
    later_date as last_given_date,
    later_order_id as last_order_id,
    order_id,
    ordered_at,
    ordered_date
from latest
