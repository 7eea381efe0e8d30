{{ config(materialized='view') }}

with

customers as (

    select * from {{ ref('stg_customers') }}

),

known_zones as (

    select * from {{ ref('known_zones') }}

),

purchase_hours as (

    select * from {{ ref('purchase_hours') }}

),

-- The middle of the three hours in which the customer usually orders.
timed as (

    select
        customers.customer_id,
        coalesce(known_zones.time_zone, '{{ var("shop_timezone") }}')
            as time_zone,
        coalesce(hours.is_personal, false) as is_personal,
        {{ as_of_date() }} + make_interval(
            mins => coalesce(
                hours.window_start_hour,
                {{ var('default_window_start_hour') }}
            ) * 60 + 90
        ) as bought_at
    from customers
    left join known_zones on customers.time_zone = known_zones.named_zone
    left join purchase_hours as hours
        on customers.customer_id = hours.customer_id

),

-- A customer's own hours were observed in the shop's time zone. The shop's
-- busiest hours are taken as everybody's, in their own time zone.
localized as (

    select
        customer_id,
        time_zone,
        case
            when is_personal
                then {{ shop_moment('bought_at') }} at time zone time_zone
            else bought_at
        end as bought_at
    from timed

)

select
    customer_id,
    time_zone,
    {{ waking_time('bought_at') }} as mail_time
from localized
