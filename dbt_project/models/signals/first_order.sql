with

first_orders as (

    select * from {{ ref('int_first_orders') }}

),

baskets as (

    select * from {{ ref('baskets') }}

),

placed_orders as (

    select * from {{ ref('stg_orders') }}

),

stores as (

    select * from {{ ref('stg_stores') }}

),

shipments as (

    select * from {{ ref('stg_shipments') }}

),

filled as (

    select
        first_orders.order_id,
        (
            array_agg(
                baskets.product_type
                order by baskets.net_amount desc, baskets.product_type asc
            )
        )[1] as product_type,
        count(*)::int as product_type_count,
        {{ basket_evidence('baskets') }} as evidence
    from first_orders
    inner join baskets
        on
            first_orders.customer_id = baskets.customer_id
            and first_orders.order_id = baskets.order_id
    group by first_orders.order_id

),

-- An order is delivered when all of its parcels are.
delivered as (

    select
        shipments.order_id,
        case
            when
                count(*) = count(*) filter (
                    where shipments.delivered_at < {{ as_of() }}
                )
                then max(shipments.delivered_at)
        end as delivered_at
    from shipments
    inner join first_orders on shipments.order_id = first_orders.order_id
    where shipments.shipped_at < {{ as_of() }}
    group by shipments.order_id

)

select
    first_orders.customer_id,
    first_orders.order_id,
    first_orders.ordered_at,
    {{ as_of_date() }} - first_orders.ordered_date as days_since,
    placed_orders.store_id,
    stores.store_name,
    stores.city as store_city,
    placed_orders.is_gift,
    filled.product_type,
    filled.product_type_count,
    first_orders.net_amount::numeric(14, 2) as net_amount,
    delivered.delivered_at,
    first_orders.second_ordered_at is not null as has_second_order,
    first_orders.second_ordered_at,
    first_orders.second_after_days,
    filled.evidence
from first_orders
inner join filled on first_orders.order_id = filled.order_id
inner join placed_orders on first_orders.order_id = placed_orders.order_id
left join stores on placed_orders.store_id = stores.store_id
left join delivered on first_orders.order_id = delivered.order_id
