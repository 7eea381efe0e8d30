{#- A cart that was touched more recently before the night than this may still
    be in use ... -#}
{%- set settled_hours = 1 -%}
{#- ... and the mail is sent between these hours after the last touch. -#}
{%- set minimum_idle_hours = 6 -%}
{%- set maximum_idle_hours = 96 -%}

with

carts as (

    select * from {{ ref('abandoned_carts') }}

),

contents as (

    select * from {{ ref('abandoned_cart_contents') }}

),

orders as (

    select * from {{ ref('order_amounts') }}

),

last_orders as (

    select
        customer_id,
        max(ordered_at) as last_ordered_at
    from orders
    group by customer_id

),

-- If a customer has several carts, the one touched last counts; the others are
-- older wishes.
latest_carts as (

    select distinct on (customer_id)
        customer_id,
        cart_id,
        last_touched_at,
        idle_hours
    from carts
    order by customer_id asc, last_touched_at desc, cart_id asc

),

-- Customers who have ordered anything since the cart was filled have made their
-- choice.
left_carts as (

    select
        latest_carts.customer_id,
        latest_carts.last_touched_at,
        latest_carts.idle_hours,
        contents.*
    from latest_carts
    inner join contents on latest_carts.cart_id = contents.cart_id
    left join last_orders on latest_carts.customer_id = last_orders.customer_id
    where
        latest_carts.idle_hours >= {{ settled_hours }}
        and latest_carts.idle_hours < {{ maximum_idle_hours }}
        and (last_orders.last_ordered_at < contents.last_filled_at) is not false

)

-- A cart that is filled again is another occasion; one from which something was
-- removed is not.
select
    customer_id,
    cart_id || ':' || to_char(
        last_filled_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
    ) as occasion,
    (1 - idle_hours / {{ maximum_idle_hours }})::double precision as score,
    last_touched_at + interval '{{ minimum_idle_hours }} hours' as not_before,
    last_touched_at + interval '{{ maximum_idle_hours }} hours' as not_after,
    format(
        'Left %s in the cart%s, last touched on %s, and has ordered nothing'
        ' since.',
        case line_count when 1 then 'a thing' else line_count || ' things' end,
        ' worth ' || net_amount || ' {{ var("shop_currency") }}'
        || ' at the last prices',
        to_char({{ shop_time('last_touched_at') }}, 'YYYY-MM-DD HH24:MI')
    ) as reason,
    evidence,
    jsonb_build_object(
        'filled_day', {{ day_words('last_added_date') }},
        'items', items,
        'amount', amount,
        'cart_url', '{{ var("cart_page_url") }}'
    ) as context
from left_carts
