with

source as (

    select * from {{ source('raw', 'gift_card_payments') }}

),

renamed as (

    select
        payment_id,
        order_id,
        {{ hashed_card_code('card_code') }} as code_hash,
        amount,
        currency,
        paid_at,
        updated_at
    from source

)

select * from renamed
