with

source as (

    select * from {{ source('raw', 'orders') }}

),

renamed as (

    select
        order_id,
        customer_id,
        store_id,
        ordered_at,
        status,
        currency,
        shipping_amount,
        tax_amount,
        gift_card_amount,
        is_gift,
        referral_code,
        updated_at
    from source

)

select * from renamed
