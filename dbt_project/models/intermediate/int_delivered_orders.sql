with

shipments as (

    select * from {{ ref('stg_shipments') }}

),

arrived as (

    select
        order_id,
        max(delivered_at) as delivered_at
    from shipments
    where shipped_at < {{ as_of() }}
    group by order_id
    having bool_and(coalesce(delivered_at < {{ as_of() }}, false))

),

dated as (

    select
        order_id,
        delivered_at,
        {{ shop_time('delivered_at') }}::date as delivered_date
    from arrived

)

select * from dated
