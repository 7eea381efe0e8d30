with

source as (

    select * from {{ source('raw', 'shipments') }}

),

renamed as (

    select
        shipment_id,
        order_id,
        recipient_name,
        street,
        postal_code,
        city,
        country,
        shipped_at,
        expected_at,
        delivered_at,
        updated_at
    from source

)

select * from renamed
