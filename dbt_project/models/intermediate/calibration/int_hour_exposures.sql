{#- Weight of the shop's distribution, in orders, against a customer's own
    orders. -#}
{%- set prior_orders = 5 -%}
{%- set default = signal_defaults()['purchase_hours'] -%}
{%- set cutoff = as_of_date() ~ ' - ' ~ default.horizon_days -%}
{%- set hour_share -%}
    (coalesce(weight_{tau}, 0) * {{ ageing('{tau}', cutoff) }} + {{ prior_orders }} * shop_share)
    / (all_hours_weight_{tau} * {{ ageing('{tau}', cutoff) }} + {{ prior_orders }})
        as hour_share_{tau}
{%- endset -%}

with

orders as (

    select * from {{ ref('kept_orders') }}

),

past_orders as (

    select * from orders
    where ordered_date < {{ cutoff }}

),

shop_hours as (

    select
        ordered_hour,
        count(*)::double precision / sum(count(*)) over () as share
    from past_orders
    group by ordered_hour

),

customers as (

    select
        customer_id,
        {{ decay_weights('ordered_date') }}
    from past_orders
    group by customer_id
    having count(*) >= {{ default.minimum_count }}

),

hours as (

    select
        customer_id,
        ordered_hour,
        {{ decay_weights('ordered_date') }}
    from past_orders
    group by customer_id, ordered_hour

),

-- The part of an order that counts in its own hour and in the two next to it.
kernel as (

    select *
    from (values (-1, 0.25), (0, 0.5), (1, 0.25)) as factors (hours_off, factor)

),

smoothed as (

    select
        customers.customer_id,
        orders.order_id,
        coalesce(max(shop_hours.share), 0) as shop_share,
        {{ for_each_tau(
            'sum(hours.weight_{tau}_at_epoch * kernel.factor'
            ~ ' order by kernel.hours_off) as weight_{tau}'
        ) }},
        {{ for_each_tau(
            'max(customers.weight_{tau}_at_epoch) as all_hours_weight_{tau}'
        ) }}
    from orders
    inner join customers on orders.customer_id = customers.customer_id
    left join shop_hours on orders.ordered_hour = shop_hours.ordered_hour
    cross join kernel
    left join hours
        on
            orders.customer_id = hours.customer_id
            and mod(orders.ordered_hour + kernel.hours_off + 24, 24)
            = hours.ordered_hour
    where orders.ordered_date >= {{ cutoff }}
    group by customers.customer_id, orders.order_id

)

select
    'purchase_hours' as signal,
    customer_id,
    order_id,
    {{ for_each_tau(hour_share) }}
from smoothed
