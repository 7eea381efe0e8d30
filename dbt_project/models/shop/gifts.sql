{#- An address with parcels for this many different names is a pick-up
    point. -#}
{%- set crowd_names = 5 -%}
{%- set company_words = [
    'oy', 'oyj', 'ab', 'ky', 'tmi', 'ry', 'ltd', 'limited', 'inc', 'gmbh'
] -%}

with

parcels as (

    select * from {{ ref('int_parcels') }}

),

orders as (

    select * from {{ ref('kept_orders') }}

),

crowded_addresses as (

    select address_key
    from parcels
    group by address_key
    having count(distinct recipient_words) >= {{ crowd_names }}

),

-- An address that has received parcels in the customer's own name is the
-- customer's own: a workplace, a pick-up point, the home before a move.
own_places as (

    select distinct
        customer_id,
        address_key
    from parcels
    where is_own_name or is_own_address

),

gift_parcels as (

    select parcels.*
    from parcels
    left join own_places
        on
            parcels.customer_id = own_places.customer_id
            and parcels.address_key = own_places.address_key
    left join crowded_addresses
        on parcels.address_key = crowded_addresses.address_key
    where
        parcels.is_gift
        or (
            own_places.customer_id is null
            and crowded_addresses.address_key is null
            and not string_to_array(parcels.recipient_words, ' ')
            && array[{{ quoted_list(company_words) }}]
        )

),

addressed as (

    select
        orders.customer_id,
        md5(
            gift_parcels.customer_id || '|' || gift_parcels.address_key || '|'
            || {{ sorted_words('gift_parcels.recipient_words') }}
        ) as recipient_key,
        orders.order_id,
        orders.ordered_at,
        orders.ordered_date,
        case when not gift_parcels.is_own_name then gift_parcels.first_name end
            as recipient_first_name
    from gift_parcels
    inner join orders on gift_parcels.order_id = orders.order_id

)

select
    customer_id,
    recipient_key,
    order_id,
    ordered_at,
    ordered_date,
    max(recipient_first_name collate "C") as recipient_first_name
from addressed
group by customer_id, recipient_key, order_id, ordered_at, ordered_date
