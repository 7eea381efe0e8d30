with

source as (

    select * from {{ source('raw', 'carts') }}

),

renamed as (

    select
        cart_line_id,
        cart_id,
        customer_id,
        product_id,
        quantity,
        added_at,
        removed_at,
        updated_at
    from source

)

select * from renamed
