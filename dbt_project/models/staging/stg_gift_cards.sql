with

source as (

    select * from {{ source('rewards', 'gift_cards') }}

),

renamed as (

    select
        card_id,
        source,
        customer_id,
        occasion,
        run,
        replaces as replaced_card_id,
        currency,
        amount,
        is_from_pool,
        code_hash,
        code_last_four,
        expires_date,
        planned_at,
        issued_at,
        delivered_at,
        cancelled_at
    from source

)

select * from renamed
