with

orders as (

    select * from {{ ref('order_amounts') }}

),

shipments as (

    select * from {{ ref('stg_shipments') }}

),

-- Fully returned orders keep their number: an order stays the second one
-- forever.
numbered as (

    select
        order_id,
        customer_id,
        ordered_date,
        row_number() over (
            partition by customer_id order by ordered_at, order_id
        )::int as order_number
    from orders

),

-- An order is delivered when all of its parcels are.
delivered as (

    select
        order_id,
        max(delivered_at) as delivered_at
    from shipments
    where shipped_at < {{ as_of() }}
    group by order_id
    having count(*) = count(*) filter (where delivered_at < {{ as_of() }})

),

dated as (

    select
        numbered.order_id,
        numbered.customer_id,
        numbered.ordered_date,
        numbered.order_number,
        delivered.delivered_at,
        {{ shop_time('delivered.delivered_at') }}::date as delivered_date
    from delivered
    inner join numbered on delivered.order_id = numbered.order_id

)

select * from dated
