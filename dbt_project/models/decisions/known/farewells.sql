with

earlier_messages as (

    select * from {{ ref('earlier_messages') }}

),

orders as (

    select * from {{ ref('stg_orders') }}
    where ordered_at < {{ as_of() }} and status <> 'cancelled'

),

goodbyes as (

    select distinct on (customer_id)
        customer_id,
        campaign,
        accepted_at as said_at
    from earlier_messages
    where
        accepted_at is not null
        and campaign in ({{ quoted_list(goodbye_campaigns()) or "''" }})
    order by customer_id asc, accepted_at desc, campaign asc

),

comebacks as (

    select distinct goodbyes.customer_id
    from goodbyes
    inner join orders
        on
            goodbyes.customer_id = orders.customer_id
            and goodbyes.said_at <= orders.ordered_at

)

select
    goodbyes.customer_id,
    goodbyes.campaign,
    goodbyes.said_at,
    format(
        'Said goodbye on %s; an order brings them back.',
        {{ shop_time('goodbyes.said_at') }}::date
    ) as farewell
from goodbyes
left join comebacks on goodbyes.customer_id = comebacks.customer_id
where comebacks.customer_id is null
