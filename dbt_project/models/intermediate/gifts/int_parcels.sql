with

shipments as (

    select * from {{ ref('stg_shipments') }}

),

orders as (

    select * from {{ ref('stg_orders') }}

),

labels as (

    select * from {{ ref('int_parcel_labels') }}

),

labelled as (

    select distinct
        orders.order_id,
        orders.customer_id,
        coalesce(orders.is_gift, false) as is_gift,
        labels.address_key,
        labels.recipient_words,
        labels.first_name,
        labels.is_own_address,
        labels.is_own_name
    from shipments
    inner join orders on shipments.order_id = orders.order_id
    inner join labels
        on
            orders.customer_id = labels.customer_id
            and coalesce(shipments.recipient_name, '') = labels.recipient_name
            and coalesce(shipments.street, '') = labels.street
            and coalesce(shipments.postal_code, '') = labels.postal_code
            and coalesce(shipments.city, '') = labels.city
    where shipments.shipped_at < {{ as_of() }}

)

select * from labelled
